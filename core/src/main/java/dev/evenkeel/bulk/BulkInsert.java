package dev.evenkeel.bulk;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.Insert;
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

/**
 * An {@link Insert} by {@code insert ... select from unnest($1, $2)}: one parameter for each column, an array of the values of
 * all rows of a batch. The text of the statement is always the same, so it is prepared once.
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
                db, table, List.of(columns), DEFAULT_BATCH_SIZE, false, "insert into " + table, null, null);
    }

    @Override
    public Insert on(Connection held) {
        Objects.requireNonNull(held, "connection");
        return new BulkInsert(db, table, columns, batchSize, skipsConflicts, label, timeout, held);
    }

    @Override
    public Insert batchSize(int rows) {
        if (rows < 1 || rows > LARGEST_BATCH_SIZE) {
            throw InvalidConfigurationException.of(
                    "batchSize", rows, "1 to " + LARGEST_BATCH_SIZE, "a thousand is a good start");
        }
        return new BulkInsert(db, table, columns, rows, skipsConflicts, label, timeout, connection);
    }

    @Override
    public Insert skipConflicts() {
        return new BulkInsert(db, table, columns, batchSize, true, label, timeout, connection);
    }

    @Override
    public Insert timeout(Duration bound) {
        ConnectionOptions.requirePositive("timeout", bound);
        return new BulkInsert(db, table, columns, batchSize, skipsConflicts, label, bound, connection);
    }

    @Override
    public Insert label(String name) {
        return new BulkInsert(db, table, columns, batchSize, skipsConflicts, name, timeout, connection);
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

    /** The next batch is gathered while one is inserted. */
    private Flux<Long> insert(Connection held, Publisher<? extends List<? extends @Nullable Object>> rows) {
        return TargetTable.of(db, held, table, columns).flatMapMany(target -> {
            String sql = target.statement(skipsConflicts);
            AtomicLong before = new AtomicLong();
            return Flux.from(rows)
                    .buffer(batchSize)
                    .concatMap(
                            batch -> insert(
                                    held, sql, new ColumnArrays(target, before.getAndAdd(batch.size())).of(batch)),
                            1)
                    .scan(Long::sum);
        });
    }

    private Mono<Long> insert(Connection held, String sql, Object[] arrays) {
        return db.query(sql, arrays).label(label).on(held).rowsUpdated();
    }
}
