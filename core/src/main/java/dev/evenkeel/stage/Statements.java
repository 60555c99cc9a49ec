package dev.evenkeel.stage;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.flow.Mapped;
import dev.evenkeel.flow.Withheld;
import dev.evenkeel.node.BoundStatement;
import dev.evenkeel.node.BoundStatements;
import dev.evenkeel.node.Lease;
import io.r2dbc.postgresql.codec.PostgresqlObjectId;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Runs a statement with its parameters on a connection, behind others if it has any, and always consumes all results: the
 * driver does not even send a bound statement before somebody does.
 *
 * @param all the one whose answer is wanted, and those that run before it
 * @param fetchSize rows at a time, 0 for no cursor
 * @param commits whether it is the last one of its transaction
 */
public record Statements(BoundStatements all, int fetchSize, boolean commits) {

    public static Statements of(String sql, @Nullable Object... parameters) {
        BoundStatement one = new BoundStatement(sql, Arrays.asList(parameters.clone()));
        return new Statements(new BoundStatements(List.of(), one), 0, false);
    }

    public String sql() {
        return all.last().sql();
    }

    public List<@Nullable Object> parameters() {
        return all.last().values();
    }

    /** Whether it is one that runs without others. */
    public boolean isAlone() {
        return all.earlier().isEmpty();
    }

    /** What it has is behind what the others have. */
    public Statements after(List<Statements> others) {
        List<BoundStatement> earlier = new ArrayList<>();
        for (Statements other : others) {
            earlier.addAll(other.all.earlier());
            earlier.add(other.all.last());
        }
        earlier.addAll(all.earlier());
        return new Statements(new BoundStatements(earlier, all.last()), fetchSize, commits);
    }

    public Statements fetchSize(int rows) {
        return new Statements(all, rows, commits);
    }

    public Statements andCommit() {
        return new Statements(all, fetchSize, true);
    }

    public <T> Publisher<T> rows(Connection connection, Function<? super Row, ? extends @Nullable T> mapping) {
        Function<Row, T> present = row -> Mapped.present(mapping.apply(row));
        Flux<T> committing = committing(connection, present);
        if (committing != null) {
            return committing;
        }
        Flux<T> direct = direct(connection, present);
        Flux<T> rows = direct != null
                ? direct
                : oneByOne(connection, result -> result.<T>map((row, metadata) -> present.apply(row)));
        return isAlone() ? rows : new Withheld<>(rows, () -> null);
    }

    public Publisher<Long> rowsUpdated(Connection connection) {
        Flux<Long> committing = committing(connection, null);
        Flux<Long> direct = committing != null ? committing : direct(connection, null);
        return direct != null
                ? direct
                : oneByOne(connection, Result::getRowsUpdated).reduce(0L, Long::sum);
    }

    /** The same as a transaction of its own, in one write; {@code null} when it cannot be. */
    public <T> @Nullable Publisher<T> rowsAtOnce(
            Connection connection, Function<? super Row, ? extends @Nullable T> mapping) {
        return atOnce(connection, row -> Mapped.present(mapping.apply(row)));
    }

    public @Nullable Publisher<Long> rowsUpdatedAtOnce(Connection connection) {
        return atOnce(connection, null);
    }

    private <T> @Nullable Flux<T> atOnce(Connection connection, @Nullable Function<? super Row, ? extends T> mapping) {
        return fetchSize == 0 && connection instanceof Lease lease ? lease.runAtOnce(all, mapping) : null;
    }

    /** With COMMIT behind it, if it may leave with it. */
    private <T> @Nullable Flux<T> committing(
            Connection connection, @Nullable Function<? super Row, ? extends T> mapping) {
        return commits && fetchSize == 0 && connection instanceof Lease lease ? lease.runAndCommit(all, mapping) : null;
    }

    private <T> @Nullable Flux<T> direct(Connection connection, @Nullable Function<? super Row, ? extends T> mapping) {
        return fetchSize == 0 && connection instanceof Lease lease ? lease.run(all, mapping) : null;
    }

    /** As the driver runs them. Several are one transaction, as they are when they leave in one. */
    private <T> Flux<T> oneByOne(Connection connection, Function<Result, Publisher<T>> reading) {
        if (isAlone()) {
            return executed(connection, all.last(), reading);
        }
        Flux<T> inOrder = Flux.fromIterable(all.earlier())
                .concatMap(earlier -> executed(connection, earlier, Result::getRowsUpdated))
                .thenMany(Flux.defer(() -> executed(connection, all.last(), reading)));
        return Flux.defer(() -> connection.isAutoCommit() ? inTransaction(connection, inOrder) : inOrder);
    }

    /** BEGIN is part of the work: {@code usingWhen} forgets a resource that is cancelled on its way. */
    private static <T> Flux<T> inTransaction(Connection connection, Flux<T> work) {
        return Flux.usingWhen(
                Mono.just(connection),
                begun -> Mono.from(begun.beginTransaction()).thenMany(work),
                Connection::commitTransaction,
                (begun, error) -> begun.rollbackTransaction(),
                Connection::rollbackTransaction);
    }

    private <T> Flux<T> executed(
            Connection connection, BoundStatement statement, Function<Result, Publisher<T>> reading) {
        return Flux.from(execute(connection, statement)).concatMap(reading, 1);
    }

    /** The driver reports parameters that do not fit by exceptions of the language, at once. */
    private Publisher<? extends Result> execute(Connection connection, BoundStatement bound) {
        try {
            return prepare(connection, bound).execute();
        } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new QueryFailedException(Failure.of(
                            "BAD_PARAMETERS",
                            ErrorType.QUERY,
                            "%d parameters were given, which do not fit the statement: %s"
                                    .formatted(bound.values().size(), e.getMessage()),
                            "write parameters as $1, $2, ... and give one value for each, in that order",
                            "bind values of types that the driver knows; arrays for any($1)")
                    .causedBy(e));
        }
    }

    private Statement prepare(Connection connection, BoundStatement bound) {
        Statement statement = connection.createStatement(bound.sql());
        for (int i = 0; i < bound.values().size(); i++) {
            Object value = bound.values().get(i);
            statement.bind(i, value == null ? Parameters.in(PostgresqlObjectId.UNSPECIFIED) : value);
        }
        return fetchSize > 0 ? statement.fetchSize(fetchSize) : statement;
    }
}
