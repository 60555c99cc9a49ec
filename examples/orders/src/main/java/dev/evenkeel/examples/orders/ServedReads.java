package dev.evenkeel.examples.orders;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.ReactiveDatabaseManager;
import io.r2dbc.spi.Connection;
import java.util.function.Function;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Answers reads and names the node that served them in a header, so that one can see the replicas work. */
@Component
class ServedReads {

    static final String SERVED_BY = "Served-By";

    static final String NODE = """
            select case when pg_is_in_recovery() then 'replica ' else 'primary ' end
                || host(inet_server_addr()) || ':' || inet_server_port()
            """;

    private final ReactiveDatabaseManager db;

    ServedReads(ReactiveDatabaseManager db) {
        this.db = db;
    }

    /** Reads its own writes, the default, rather than {@code BOUNDED}: who has just ordered must find that order. */
    <T> Mono<ResponseEntity<T>> answer(String label, Function<Connection, Mono<T>> question) {
        return db.withConnection(
                ConnectionOptions.read().label(label),
                connection -> question.apply(connection)
                        .flatMap(body -> node(connection)
                                .map(node -> ResponseEntity.ok()
                                        .header(SERVED_BY, node)
                                        .body(body))));
    }

    private Mono<String> node(Connection connection) {
        return db.query(NODE).on(connection).one(row -> row.get(0, String.class));
    }
}
