package dev.evenkeel.benchmarks.peer;

import java.util.List;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/**
 * One way to the database, used as its own documentation says, with {@link #CONNECTIONS} connections. Thread-safe; the
 * publishers are lazy, do their work once for each subscription, and never are empty. Those of a blocking peer block.
 */
public interface Peer extends AutoCloseable {

    int CONNECTIONS = 10;

    /** As the table calls it. */
    String name();

    /** One statement with one parameter: {@link Data#POINT_SELECT}. */
    Mono<Account> pointSelect(int id);

    /** {@link Data#DEPOSIT} in a transaction that is begun and committed; emits how many rows it changed. */
    Mono<Long> deposit(int id);

    /** {@link Data#DEPOSIT}, then {@link Data#BALANCE}; emits the new balance once it is committed. */
    Mono<Long> transaction(int id);

    /** The same by whoever can say beforehand that the second statement is the last. */
    default Mono<Long> declaredTransaction(int id) {
        return transaction(id);
    }

    /** The same by whoever can send both in one. */
    default Mono<Long> transactionInOne(int id) {
        return transaction(id);
    }

    /** {@link Data#items}, each given to the taker as it comes; emits how many they were. */
    Mono<Long> rows(int count, Consumer<? super Item> taker);

    /** All or none, in the way that is made for many rows; emits how many were inserted. */
    Mono<Long> insert(List<Item> rows);

    /** {@link Data#INSERT_ARRAYS}; emits how many were inserted. */
    Mono<Long> insertArrays(Columns rows);

    /** A connection is handed out and given back, and the server hears nothing; then emits true. */
    Mono<Boolean> lease();

    default Callers callers() {
        return Callers.ON_EVENT_LOOPS;
    }

    @Override
    void close();

    /** Connects to the primary; there may be fewer connections until they are needed. */
    @FunctionalInterface
    interface Opening {
        Peer open(Server server);
    }
}
