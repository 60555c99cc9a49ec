package dev.evenkeel.migrations.backfill;

import dev.evenkeel.Query;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.migrations.Backfill;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.history.HistoryTable;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Row;
import java.util.Objects;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** What comes before the first batch of a run. All of it can be repeated. */
final class Preparation {

    /** Two instances that make the table at once may meet in the catalog: then it is there. */
    private static final int RACES = 3;

    private final ReactiveDatabaseManager database;
    private final MigrationConfig config;
    private final Backfill backfill;

    Preparation(ReactiveDatabaseManager database, MigrationConfig config, Backfill backfill) {
        this.database = database;
        this.config = config;
        this.backfill = backfill;
    }

    /** Emits where to work once the row of the backfill is there. */
    Mono<Plan> plan() {
        return database.query(HistoryTable.lookup(config))
                .idempotent()
                .label("backfill")
                .one(row -> Objects.requireNonNull(row.get(0, String.class)))
                .flatMap(schema -> {
                    BackfillTable table = new BackfillTable(schema);
                    return target(Objects.requireNonNullElse(backfill.schema(), schema))
                            .flatMap(target -> exists(table)
                                    .then(Mono.defer(() -> database.inTransaction(
                                            Batches.TRANSACTION, connection -> begin(connection, target, table)))));
                });
    }

    private Mono<Target> target(String schema) {
        return database.query(Target.LOOKUP, schema, backfill.table(), backfill.key())
                .idempotent()
                .label("backfill")
                .one(row -> {
                    if (!flag(row, 2)) {
                        throw Refusals.noKey(backfill);
                    }
                    return new Target(
                            schema,
                            Objects.requireNonNull(row.get(0, String.class)),
                            Objects.requireNonNull(row.get(1, Long.class)));
                })
                .switchIfEmpty(Mono.error(() -> Refusals.noColumn(backfill, schema)));
    }

    /** Asks first: a role that may not create tables can use one that is there. */
    private Mono<Void> exists(BackfillTable table) {
        return database.query(table.exists())
                .idempotent()
                .label("backfill")
                .one(row -> flag(row, 0))
                .filter(there -> !there)
                .flatMap(missing -> database.query(table.create())
                        .idempotent()
                        .label("backfill")
                        .rowsUpdated()
                        .retryWhen(Retry.max(RACES).filter(Preparation::isMadeByAnother)))
                .then();
    }

    private static boolean isMadeByAnother(Throwable error) {
        return error instanceof DatabaseException failure && HistoryTable.MADE_BY_ANOTHER.contains(failure.code());
    }

    private Mono<Plan> begin(Connection connection, Target target, BackfillTable table) {
        Changes changes = new Changes(connection, target);
        return Batches.settings(database, backfill, connection)
                .then(changes.run(table.begin()))
                .then(backfill.restart() ? changes.run(table.beginAnew()) : Mono.empty())
                .then(changes.query(table.compare())
                        .one(row -> sameDefinition(flag(row, 0), flag(row, 1), flag(row, 2))))
                .flatMap(same -> same ? Mono.just(0L) : changes.run(table.redefine()))
                .then(database.query(table.look(), backfill.name())
                        .on(connection)
                        .one(row -> new Plan(target, table, Standing.of(row))));
    }

    /** Statements whose parameters are name, place and definition. */
    private final class Changes {

        private final Connection connection;
        private final Object[] parameters;

        Changes(Connection connection, Target target) {
            this.connection = connection;
            this.parameters = new Object[] {backfill.name(), target.place(backfill), Target.definition(backfill)};
        }

        Query query(String sql) {
            return database.query(sql, parameters).on(connection);
        }

        Mono<Long> run(String sql) {
            return query(sql).rowsUpdated();
        }
    }

    /** In the middle the expression may be corrected: what stopped it is often a fault in it. */
    private boolean sameDefinition(boolean samePlace, boolean same, boolean done) {
        if (!samePlace) {
            throw Refusals.otherPlace(backfill);
        }
        if (done && !same) {
            throw Refusals.otherDefinition(backfill);
        }
        return same;
    }

    private static boolean flag(Row row, int column) {
        return Boolean.TRUE.equals(row.get(column, Boolean.class));
    }
}
