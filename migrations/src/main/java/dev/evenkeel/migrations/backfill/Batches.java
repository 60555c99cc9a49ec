package dev.evenkeel.migrations.backfill;

import dev.evenkeel.Query;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.TransactionOptions.Nesting;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.migrations.Backfill;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Row;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Runs one batch at a time.
 *
 * <h2>How this works</h2>
 *
 * <p>A batch is one transaction: lock the row of the backfill, change the rows behind its cursor, move the cursor. Whatever
 * ends it undoes all of that or none, so it can be repeated after any error, even one that leaves open whether it has
 * committed: the cursor that the repetition reads tells. Instances do not queue for the lock, because each would keep a
 * connection busy with that; whoever does not get it looks again later.
 *
 * <p>READ COMMITTED, because the row is read again after its lock was got, and so are rows that users have just changed.
 */
final class Batches {

    /** Not repeated below us: a repetition is to be told, and is to wait as long as we say. */
    static final TransactionOptions TRANSACTION = TransactionOptions.builder()
            .isolation(IsolationLevel.READ_COMMITTED)
            .nesting(Nesting.INDEPENDENT)
            .retry(RetryPolicy.none())
            .label("backfill")
            .build();

    private final ReactiveDatabaseManager database;
    private final Backfill backfill;
    private final Plan plan;

    Batches(ReactiveDatabaseManager database, Backfill backfill, Plan plan) {
        this.database = database;
        this.backfill = backfill;
        this.plan = plan;
    }

    /**
     * What came of a batch.
     *
     * @param elapsed its time from the first statement to the answer to COMMIT; {@code null} when none was run
     */
    record Outcome(Standing standing, @Nullable Duration elapsed) {}

    /** Emits the outcome once it is durable. */
    Mono<Outcome> next(int rows) {
        return database.inTransaction(TRANSACTION, connection -> {
                    long begun = System.nanoTime();
                    return settings(database, backfill, connection)
                            .then(on(connection, plan.table().claim(), backfill.name())
                                    .one(Standing::of))
                            .flatMap(claimed -> claimed.done()
                                            || !claimed.rest().isZero()
                                    ? Mono.just(new Attempt(claimed, null))
                                    : apply(connection, claimed.cursor(), rows).map(moved -> new Attempt(moved, begun)))
                            .switchIfEmpty(Mono.defer(
                                    () -> on(connection, plan.table().look(), backfill.name())
                                            .one(row -> new Attempt(Standing.of(row), null))));
                })
                .map(Attempt::ended)
                .switchIfEmpty(Mono.error(() -> Refusals.gone(backfill)));
    }

    /** In a transaction: the bound of waits, and a form of dates that can be read back. */
    static Mono<Integer> settings(ReactiveDatabaseManager database, Backfill backfill, Connection connection) {
        return database.query(
                        "select set_config('lock_timeout', $1, true), set_config('datestyle', 'ISO', true)",
                        backfill.lockTimeout().toMillis() + "ms")
                .on(connection)
                .one(row -> 1);
    }

    private record Attempt(Standing standing, @Nullable Long begunNanos) {

        Outcome ended() {
            return new Outcome(standing, begunNanos == null ? null : Duration.ofNanos(System.nanoTime() - begunNanos));
        }
    }

    private record Page(
            long lookedAt, long changed, @Nullable String edge) {

        static Page of(Row row) {
            return new Page(
                    Objects.requireNonNull(row.get(0, Long.class)),
                    Objects.requireNonNull(row.get(1, Long.class)),
                    row.get(2, String.class));
        }
    }

    private Mono<Standing> apply(Connection connection, @Nullable String cursor, int rows) {
        String sql = plan.target().batch(backfill, cursor == null);
        Query batch = cursor == null ? on(connection, sql, rows) : on(connection, sql, rows, cursor);
        return batch.one(Page::of).flatMap(page -> advance(connection, page, page.lookedAt() < rows));
    }

    private Mono<Standing> advance(Connection connection, Page page, boolean last) {
        return on(
                        connection,
                        plan.table().advance(),
                        backfill.name(),
                        page.edge(),
                        page.lookedAt(),
                        page.changed(),
                        last,
                        Pace.restFactor(backfill))
                .one(Standing::of);
    }

    private Query on(Connection connection, String sql, @Nullable Object... parameters) {
        return database.query(sql, parameters).on(connection);
    }
}
