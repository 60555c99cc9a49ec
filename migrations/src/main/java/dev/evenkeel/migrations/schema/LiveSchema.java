package dev.evenkeel.migrations.schema;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.migrations.SchemaDifference;
import dev.evenkeel.migrations.SchemaFinding;
import dev.evenkeel.migrations.SchemaFinding.Kind;
import dev.evenkeel.migrations.history.HistoryTable;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Row;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import reactor.core.publisher.Mono;

/** Looks at the schema of the primary through the manager's own connections, in one read-only transaction. */
public final class LiveSchema {

    private static final TransactionOptions READING = TransactionOptions.builder()
            .readOnly()
            .consistency(ReadConsistency.STRONG)
            .isolation(IsolationLevel.REPEATABLE_READ)
            .label("schema inspection")
            .build();

    private static final int LONGEST_LIST = 50;

    private final ReactiveDatabaseManager database;

    public LiveSchema(ReactiveDatabaseManager database) {
        this.database = database;
    }

    /**
     * What was seen.
     *
     * @param left how the last migration left the schema, if that is known
     */
    public record Look(Fingerprint now, Optional<Left> left, List<SchemaFinding> invalidIndexes) {

        public Look {
            invalidIndexes = List.copyOf(invalidIndexes);
        }

        /** Whether it is known how this script has left the schema, on a server of this version. */
        public boolean leftBy(String script) {
            return left.filter(it -> it.comparable() && it.script().equals(script))
                    .isPresent();
        }

        /** What has changed since; not more than 50 findings. */
        public List<SchemaFinding> drift() {
            return left.map(Left::schema).map(before -> before.differencesTo(now)).orElse(List.of()).stream()
                    .limit(LONGEST_LIST)
                    .map(Look::drifted)
                    .toList();
        }

        private static SchemaFinding drifted(SchemaDifference difference) {
            return new SchemaFinding(
                    Kind.DRIFT,
                    difference.object(),
                    difference + " since the last migration, by another way",
                    "undo it by hand, or write it as a migration");
        }
    }

    /**
     * How the last migration left the schema.
     *
     * @param comparable whether a server of the same version took the fingerprint
     */
    public record Left(String script, boolean comparable, Fingerprint schema) {}

    public Mono<Look> look(HistoryTable table, boolean hasSnapshots) {
        return database.inTransaction(
                READING,
                connection -> one(connection, "select set_config('search_path', '" + Catalog.SEARCH_PATH + "', true)")
                        .then(Mono.zip(
                                now(connection, table),
                                hasSnapshots ? left(connection, table) : Mono.just(Optional.<Left>empty()),
                                invalidIndexes(connection, table)))
                        .map(seen -> new Look(seen.getT1(), seen.getT2(), seen.getT3())));
    }

    private Mono<String> one(Connection connection, String sql) {
        return database.query(sql).on(connection).one(row -> text(row, 0));
    }

    private Mono<Fingerprint> now(Connection connection, HistoryTable table) {
        return database.query(Catalog.query(table))
                .on(connection)
                .map(row -> new SchemaItem(text(row, 0), text(row, 1), text(row, 2), text(row, 3)))
                .collectList()
                .map(Fingerprint::new);
    }

    private Mono<Optional<Left>> left(Connection connection, HistoryTable table) {
        return database.query(Snapshots.newest(table))
                .on(connection)
                .one(row -> new Left(
                        text(row, 0), Boolean.TRUE.equals(row.get(1, Boolean.class)), Fingerprint.parse(text(row, 2))))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty());
    }

    private Mono<List<SchemaFinding>> invalidIndexes(Connection connection, HistoryTable table) {
        return database.query(Catalog.invalidIndexes(table))
                .on(connection)
                .map(row -> text(row, 0))
                .map(index -> new SchemaFinding(
                        Kind.INVALID_INDEX,
                        index,
                        "index %s is invalid: a concurrent build of it has failed".formatted(index),
                        "drop index concurrently %s, and build it again".formatted(index)))
                .collectList();
    }

    private static String text(Row row, int column) {
        return Objects.requireNonNull(row.get(column, String.class));
    }
}
