package dev.evenkeel.examples.quickstart;

import dev.evenkeel.ReactiveDatabaseManager;
import io.r2dbc.spi.Connection;
import reactor.core.publisher.Mono;

/** The whole life of a manager: start, a transaction, a read that a replica may serve, health, shutdown. */
public final class Quickstart {

    private Quickstart() {}

    public static void main(String... args) {
        try (Servers servers = Servers.fromEnvironmentOrEmbedded()) {
            Mono.usingWhen(ReactiveDatabaseManager.start(servers.config()), Quickstart::visit, db -> db.shutdown())
                    .block();
        }
    }

    private static Mono<Void> visit(ReactiveDatabaseManager db) {
        return db.inTransaction(connection -> greet(db, connection))
                .thenMany(db.query("select id, words from greeting order by id")
                        .readOnly()
                        .map(row -> row.get("id", Integer.class) + ": " + row.get("words", String.class)))
                .doOnNext(System.out::println)
                .then(db.healthCheck())
                .doOnNext(health -> System.out.println(
                        health.status() + " " + health.checks().connectivity().reason()))
                .then();
    }

    private static Mono<Long> greet(ReactiveDatabaseManager db, Connection connection) {
        return db.query("create table if not exists greeting (id int generated always as identity, words text)")
                .on(connection)
                .rowsUpdated()
                .then(db.query("insert into greeting (words) values ($1), ($2)", "Hello", "from a transaction")
                        .on(connection)
                        .rowsUpdated());
    }
}
