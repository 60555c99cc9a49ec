package dev.evenkeel.monitoring.session;

import dev.evenkeel.error.SqlState;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What is asked of a server, with its parameters. Sent anew for each subscription; errors are the driver's, such as
 * {@link R2dbcException}; cancelling stops it. Immutable.
 */
public record Question(String sql, List<Object> parameters) {

    public static Question of(String sql, Object... parameters) {
        return new Question(sql, List.of(parameters));
    }

    /** The schema of an extension, quoted; empty where it is not created. */
    public static Mono<String> schemaOf(String extension, Connection connection) {
        return of("""
                        select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                        where e.extname = $1
                        """, extension).text(connection);
    }

    /** Such as {@code 180006}. */
    public static Mono<Integer> version(Connection connection) {
        return of("select current_setting('server_version_num')::int")
                .ask(connection, row -> Objects.requireNonNull(row.get(0, Integer.class)))
                .single();
    }

    /** Whether the server has refused what was asked, and the session can go on; not when the connection has ended. */
    public static boolean isRefusal(R2dbcException failed) {
        return !SqlState.of(failed.getSqlState()).endsConnection();
    }

    /** Each row of the answer. */
    public <T> Flux<T> ask(Connection connection, Function<Readable, T> mapping) {
        return execute(connection, result -> result.map(mapping));
    }

    /** The first column of the first row; empty without a row. */
    public Mono<String> text(Connection connection) {
        return ask(connection, row -> String.valueOf(row.get(0, String.class))).next();
    }

    /** For the effect, without an answer: several statements, if there are no parameters. */
    public Mono<Void> run(Connection connection) {
        return execute(connection, Result::getRowsUpdated).then();
    }

    private <T> Flux<T> execute(Connection connection, Function<Result, Publisher<T>> reading) {
        return Flux.defer(() -> {
            Statement statement = connection.createStatement(sql);
            for (int i = 0; i < parameters.size(); i++) {
                statement.bind(i, parameters.get(i));
            }
            return Flux.from(statement.execute()).concatMap(reading);
        });
    }
}
