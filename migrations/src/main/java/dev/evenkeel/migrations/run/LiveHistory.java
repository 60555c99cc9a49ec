package dev.evenkeel.migrations.run;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.script.Version;
import io.r2dbc.spi.Row;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Reads the history of the primary through the manager's own connections: two to four short queries, and no Flyway. */
final class LiveHistory {

    private final ReactiveDatabaseManager database;
    private final MigrationConfig config;

    LiveHistory(ReactiveDatabaseManager database, MigrationConfig config) {
        this.database = database;
        this.config = config;
    }

    /**
     * What was found.
     *
     * @param contracts the history of the contract scripts
     * @param hasRollbacks whether there is a table of rollbacks
     * @param hasSnapshots whether there is a table of snapshots
     */
    record Found(HistoryTable table, History history, History contracts, boolean hasRollbacks, boolean hasSnapshots) {}

    Mono<Found> read() {
        return database.query(HistoryTable.lookup(config))
                .idempotent()
                .label("migration history")
                .one(row -> new Place(
                        new HistoryTable(text(row, 0), config.table()),
                        flag(row, 1),
                        flag(row, 2),
                        flag(row, 3),
                        flag(row, 4)))
                .flatMap(place -> Mono.zip(history(place), contracts(place))
                        .map(read -> new Found(
                                place.table(), read.getT1(), read.getT2(), place.rollbacks(), place.snapshots())));
    }

    private record Place(HistoryTable table, boolean exists, boolean rollbacks, boolean snapshots, boolean contracts) {}

    private Mono<History> contracts(Place place) {
        return place.contracts()
                ? rows(place.table().contracts()).map(rows -> new History(rows, null))
                : Mono.just(History.EMPTY);
    }

    private Mono<History> history(Place place) {
        if (!place.exists()) {
            return Mono.just(History.EMPTY);
        }
        return Mono.zip(rows(place.table()), place.rollbacks() ? holds(place.table()) : Mono.just(List.<Version>of()))
                .map(read -> new History(read.getT1(), oldest(read.getT2())));
    }

    private Mono<List<HistoryRow>> rows(HistoryTable table) {
        return database.query(table.rows())
                .idempotent()
                .label("migration history")
                .map(row -> HistoryRow.of(column -> row.get(column, String.class)))
                .collectList();
    }

    private Mono<List<Version>> holds(HistoryTable table) {
        return database.query(table.holds())
                .idempotent()
                .label("migration history")
                .map(row -> Version.of(text(row, 0)))
                .collectList();
    }

    private static @Nullable Version oldest(List<Version> held) {
        return held.stream().min(Comparator.naturalOrder()).orElse(null);
    }

    private static String text(Row row, int column) {
        return Objects.requireNonNull(row.get(column, String.class));
    }

    private static boolean flag(Row row, int column) {
        return Boolean.TRUE.equals(row.get(column, Boolean.class));
    }
}
