package dev.evenkeel.monitoring.server;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Flux;

/** One query of the catalogs, with its parameters. Immutable. */
record Question(String sql, List<Object> parameters) {

    static Question of(String sql, Object... parameters) {
        return new Question(sql, List.of(parameters));
    }

    <T> Flux<T> ask(Connection connection, Function<Readable, T> mapping) {
        return Flux.defer(() -> {
            Statement statement = connection.createStatement(sql);
            for (int i = 0; i < parameters.size(); i++) {
                statement.bind(i, parameters.get(i));
            }
            return Flux.from(statement.execute()).concatMap(result -> result.map(mapping));
        });
    }
}
