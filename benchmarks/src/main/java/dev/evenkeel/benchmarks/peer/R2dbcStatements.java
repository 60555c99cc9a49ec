package dev.evenkeel.benchmarks.peer;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What is written against the SPI in the same way whoever leases the connection. */
final class R2dbcStatements {

    private R2dbcStatements() {}

    static Mono<Long> insert(Connection connection, List<Item> rows) {
        Statement statement = connection.createStatement(Data.INSERT);
        boolean first = true;
        for (Item row : rows) {
            if (!first) {
                statement.add();
            }
            first = false;
            statement.bind(0, row.id()).bind(1, row.name()).bind(2, row.price());
        }
        return updated(statement);
    }

    static Mono<Long> insertArrays(Connection connection, Columns rows) {
        return updated(connection
                .createStatement(Data.INSERT_ARRAYS)
                .bind(0, rows.ids())
                .bind(1, rows.names())
                .bind(2, rows.prices()));
    }

    static Mono<Long> updated(Statement statement) {
        return Flux.from(statement.execute()).concatMap(Result::getRowsUpdated).reduce(0L, Long::sum);
    }
}
