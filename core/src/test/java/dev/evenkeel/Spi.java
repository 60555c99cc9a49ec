package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;

import io.r2dbc.spi.ColumnMetadata;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** What an application does by the SPI and what it then has, in words, so that two connections can be compared. */
final class Spi {

    private Spi() {}

    static Flux<String> rows(Statement statement) {
        return rows(statement.execute());
    }

    static Flux<String> rows(Publisher<? extends Result> execution) {
        return Flux.from(execution).concatMap(result -> result.map((row, metadata) -> described(row)));
    }

    static Flux<Long> numbers(Statement statement) {
        return Flux.from(statement.execute()).concatMap(Result::getRowsUpdated);
    }

    static String described(Row row) {
        StringBuilder text = new StringBuilder();
        for (ColumnMetadata column : row.getMetadata().getColumnMetadatas()) {
            Object value = row.get(column.getName());
            text.append("%s %s=%s (%s); "
                    .formatted(
                            column.getName(),
                            column.getType().getName(),
                            value,
                            value == null ? null : value.getClass().getSimpleName()));
        }
        return text.toString();
    }

    /** Everything that reaches the caller. */
    static List<String> heard(Function<Connection, Publisher<?>> work, Connection connection) {
        List<String> heard = new ArrayList<>();
        try {
            Flux.from(work.apply(connection))
                    .doOnNext(item -> heard.add(item.toString()))
                    .then()
                    .block(PATIENCE);
            heard.add("end");
        } catch (RuntimeException error) {
            heard.add("%s %s: %s"
                    .formatted(
                            error.getClass().getSimpleName(),
                            error instanceof R2dbcException refused ? refused.getSqlState() : "-",
                            error.getMessage()));
        }
        return heard;
    }
}
