package dev.evenkeel.benchmarks;

import dev.evenkeel.testkit.PostgresCluster;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One way to the database, used as its own documentation says, with {@link #CONNECTIONS} connections. Thread-safe; the
 * publishers are lazy and do their work once for each subscription.
 */
public interface Peer extends AutoCloseable {

    int CONNECTIONS = 10;

    /** As the table calls it. */
    String name();

    /** One statement with one parameter: {@link Data#POINT_SELECT}. */
    Mono<Account> pointSelect(int id);

    /** {@link Data#DEPOSIT}, then {@link Data#BALANCE}; emits the new balance once it is committed. */
    Mono<Long> transaction(int id);

    /** {@link Data#ITEMS}, as they come. */
    Flux<Item> rows(int count);

    @Override
    void close();

    /** Connects to the primary and returns with all connections open. */
    @FunctionalInterface
    interface Opening {
        Peer open(PostgresCluster cluster);
    }
}
