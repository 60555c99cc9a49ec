package dev.evenkeel;

import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * Rows for one table, many in one statement: one round trip for each batch instead of one for each row. Immutable: the middle
 * methods return a changed copy.
 *
 * <pre>{@code
 * db.insertInto("product", "name", "price").rows(products.map(p -> List.of(p.name(), p.price()))).last()
 * }</pre>
 *
 * <p>Values are given in the order of the columns: {@code null}, numbers, text, {@code Boolean}, {@code UUID}, enums, the types of
 * {@code java.time}, {@code byte[]}, {@code ByteBuffer}, the driver's {@code Json}, and arrays or collections of them. The
 * server reads each as the type of its column.
 */
public interface Insert {

    int DEFAULT_BATCH_SIZE = 1_000;
    int LARGEST_BATCH_SIZE = 50_000;

    /** Inserts on this connection, as part of whatever transaction is open there; without one, each batch is one of its own. */
    Insert on(Connection connection);

    /** Rows in one statement, 1 to {@value #LARGEST_BATCH_SIZE}; {@value #DEFAULT_BATCH_SIZE} by default. */
    Insert batchSize(int rows);

    /** Leaves out rows that break a unique constraint: {@code on conflict do nothing}. They are not counted. */
    Insert skipConflicts();

    /**
     * Sends the rows by one {@code copy ... from stdin} in place of statements: for very many of them. Their number is that of the rows
     * sent so far, and the last one that of the rows stored. Cannot leave out conflicts: together with {@link #skipConflicts()} it
     * is an {@link dev.evenkeel.error.InvalidConfigurationException} at once.
     */
    Insert copying();

    /** All of it ends by then; the default is {@link DatabaseConfig#callTimeout()}. Has no effect together with {@link #on}. */
    Insert timeout(Duration bound);

    /** Names the call in events and metrics; {@code insert into} and the table by default. */
    Insert label(String name);

    /**
     * Inserts them all, or none: in one transaction, unless {@link #on} was given.
     *
     * <p>Emits after each batch how many rows have been inserted so far; they are durable when it completes. Completes empty
     * when there are no rows. At most two batches are held in memory, and the source is asked for more as fast as the
     * server takes them; the connection is held meanwhile. When the transaction is repeated before the first number was emitted,
     * the source is subscribed to again. Cancelling undoes everything.
     *
     * <p>Errors: {@link dev.evenkeel.error.SchemaMismatchException} for a table or column that is not there,
     * {@link dev.evenkeel.error.QueryFailedException} with the number of the row for values that do not fit the columns, otherwise
     * those of {@link Query}; an error of the source is passed on, after the rollback.
     */
    Flux<Long> rows(Publisher<? extends List<? extends @Nullable Object>> rows);
}
