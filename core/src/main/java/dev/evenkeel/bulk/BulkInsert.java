package dev.evenkeel.bulk;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.Insert;
import dev.evenkeel.LeasedConnection;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.InvalidConfigurationException;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * An {@link Insert} by {@code insert ... select from unnest($1, $2)}: one parameter for each column, an array of the values of
 * all rows of a batch. The text of the statement is always the same, so it is prepared once. Or by one {@code copy ... from stdin}.
 *
 * @param timeout bound for a transaction of its own; {@code null} for the manager's
 * @param connection {@code null} for a transaction of its own
 */
public record BulkInsert(
        ReactiveDatabaseManager db,
        String table,
        List<String> columns,
        int batchSize,
        boolean skipsConflicts,
        boolean copies,
        String label,
        @Nullable Duration timeout,
        @Nullable Connection connection)
        implements Insert {

    /** Of all the columns that are named, in this order. */
    public static Insert into(ReactiveDatabaseManager db, String table, String... columns) {
        if (columns.length == 0) {
            throw InvalidConfigurationException.of(
                    "columns", "none", "at least one", "name the columns of " + table + " that get values");
        }
        return new BulkInsert(
                db, table, List.of(columns), DEFAULT_BATCH_SIZE, false, false, "insert into " + table, null, null);
    }

    @Override
    public Insert on(Connection held) {
        Objects.requireNonNull(held, "connection");
        return new BulkInsert(db, table, columns, batchSize, skipsConflicts, copies, label, timeout, held);
    }

    @Override
    public Insert batchSize(int rows) {
        if (rows < 1 || rows > LARGEST_BATCH_SIZE) {
            throw InvalidConfigurationException.of(
                    "batchSize", rows, "1 to " + LARGEST_BATCH_SIZE, "a thousand is a good start");
        }
        return new BulkInsert(db, table, columns, rows, skipsConflicts, copies, label, timeout, connection);
    }

    @Override
    public Insert skipConflicts() {
        return with(true, copies);
    }

    @Override
    public Insert copying() {
        return with(skipsConflicts, true);
    }

    private Insert with(boolean skipping, boolean copying) {
        if (skipping && copying) {
            throw InvalidConfigurationException.of(
                    "insert",
                    "skipConflicts and copying",
                    "one of the two",
                    "COPY cannot leave rows out: insert without copying, or copy into a table beside and insert from there");
        }
        return new BulkInsert(db, table, columns, batchSize, skipping, copying, label, timeout, connection);
    }

    @Override
    public Insert timeout(Duration bound) {
        ConnectionOptions.requirePositive("timeout", bound);
        return new BulkInsert(db, table, columns, batchSize, skipsConflicts, copies, label, bound, connection);
    }

    @Override
    public Insert label(String name) {
        return new BulkInsert(db, table, columns, batchSize, skipsConflicts, copies, name, timeout, connection);
    }

    @Override
    public Flux<Long> rows(Publisher<? extends List<? extends @Nullable Object>> rows) {
        return connection == null
                ? db.inTransactionMany(options(), held -> insert(held, rows))
                : insert(connection, rows);
    }

    private TransactionOptions options() {
        TransactionOptions.Builder options = TransactionOptions.builder().label(label);
        return timeout == null ? options.build() : options.timeout(timeout).build();
    }

    private Flux<Long> insert(Connection held, Publisher<? extends List<? extends @Nullable Object>> rows) {
        return TargetTable.of(db, held, table, columns)
                .flatMapMany(target -> copies ? copied(held, target, rows) : inBatches(held, target, rows));
    }

    /** The next batch is gathered while one is inserted. */
    private Flux<Long> inBatches(
            Connection held, TargetTable target, Publisher<? extends List<? extends @Nullable Object>> rows) {
        String sql = target.statement(skipsConflicts);
        AtomicLong before = new AtomicLong();
        return Flux.from(rows)
                .buffer(batchSize)
                .concatMap(batch -> insert(held, sql, new ColumnArrays(given(target, before, batch)).of(batch)), 1)
                .scan(Long::sum);
    }

    private static GivenRows given(TargetTable target, AtomicLong before, List<?> batch) {
        return new GivenRows(target, before.getAndAdd(batch.size()));
    }

    private Mono<Long> insert(Connection held, String sql, Object[] arrays) {
        return db.query(sql, arrays).label(label).on(held).rowsUpdated();
    }

    /** A batch is a piece of the data, and is told of when the next one is asked for. */
    private Flux<Long> copied(
            Connection held, TargetTable target, Publisher<? extends List<? extends @Nullable Object>> rows) {
        return Flux.defer(() -> {
            AtomicLong before = new AtomicLong();
            Sinks.Many<Long> progress = Sinks.many().unicast().onBackpressureBuffer();
            Flux<byte[]> lines = Flux.from(rows)
                    .buffer(batchSize)
                    .map(batch -> new CopyLines(given(target, before, batch)).of(batch))
                    .doOnNext(piece -> progress.tryEmitNext(before.get()));
            Mono<Long> all = LeasedConnection.of(held)
                    .copyIn(target.copy(), lines)
                    .filter(count -> count > 0 || before.get() > 0)
                    .doFinally(end -> progress.tryEmitComplete());
            return Flux.merge(progress.asFlux(), all).distinctUntilChanged();
        });
    }
}
