package dev.evenkeel.stage;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.node.Lease;
import io.r2dbc.postgresql.codec.PostgresqlObjectId;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * Runs one statement with its parameters on a connection and always consumes its result: the driver does not even send a
 * bound statement before somebody does.
 *
 * @param fetchSize rows at a time, 0 for no cursor
 * @param commits whether it is the last one of its transaction
 */
public record Statements(String sql, List<@Nullable Object> parameters, int fetchSize, boolean commits) {

    public static Statements of(String sql, @Nullable Object... parameters) {
        return new Statements(sql, Arrays.asList(parameters.clone()), 0, false);
    }

    public Statements fetchSize(int rows) {
        return new Statements(sql, parameters, rows, commits);
    }

    public Statements andCommit() {
        return new Statements(sql, parameters, fetchSize, true);
    }

    public <T> Publisher<T> rows(Connection connection, Function<? super Row, ? extends @Nullable T> mapping) {
        Flux<T> direct = direct(connection, row -> present(mapping.apply(row)));
        return direct != null
                ? direct
                : Flux.from(execute(connection))
                        .concatMap(result -> result.<T>map((row, metadata) -> present(mapping.apply(row))), 1);
    }

    private static <T> T present(@Nullable T value) {
        return Objects.requireNonNull(
                value, "the row mapping returned null: a stream has no nulls; map the column to an Optional");
    }

    public Publisher<Long> rowsUpdated(Connection connection) {
        Flux<Long> direct = direct(connection, null);
        return (direct != null ? direct : Flux.from(execute(connection)).concatMap(Result::getRowsUpdated, 1))
                .reduce(0L, Long::sum);
    }

    private <T> @Nullable Flux<T> direct(Connection connection, @Nullable Function<? super Row, ? extends T> mapping) {
        if (fetchSize > 0 || !(connection instanceof Lease lease)) {
            return null;
        }
        Flux<T> last = commits ? lease.runAndCommit(sql, parameters, mapping) : null;
        return last == null ? lease.run(sql, parameters, mapping) : last;
    }

    /** The driver reports parameters that do not fit by exceptions of the language, at once. */
    private Publisher<? extends Result> execute(Connection connection) {
        try {
            return prepare(connection).execute();
        } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new QueryFailedException(Failure.of(
                            "BAD_PARAMETERS",
                            ErrorType.QUERY,
                            "%d parameters were given, which do not fit the statement: %s"
                                    .formatted(parameters.size(), e.getMessage()),
                            "write parameters as $1, $2, ... and give one value for each, in that order",
                            "bind values of types that the driver knows; arrays for any($1)")
                    .causedBy(e));
        }
    }

    private Statement prepare(Connection connection) {
        Statement statement = connection.createStatement(sql);
        for (int i = 0; i < parameters.size(); i++) {
            Object value = parameters.get(i);
            statement.bind(i, value == null ? Parameters.in(PostgresqlObjectId.UNSPECIFIED) : value);
        }
        return fetchSize > 0 ? statement.fetchSize(fetchSize) : statement;
    }
}
