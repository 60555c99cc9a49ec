package dev.evenkeel.tx;

import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import dev.evenkeel.stage.Work;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.util.Optional;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes the work of a call out of a user's function: begin, the function, commit. There is no rollback here: an open
 * transaction is rolled back by the release of its connection, on every path there is.
 *
 * <p>COMMIT is part of the work and not of the clean-up, so that its errors are errors of the call, such as a serialization
 * failure that shows only then.
 */
public final class Transactions {

    private final TransactionOptions options;
    private final String begin;

    public Transactions(TransactionOptions options) {
        this.options = options;
        this.begin = beginStatement(options);
    }

    /** Emits the function's value after COMMIT was acknowledged. */
    public <T> Work<T> one(Function<? super Connection, ? extends Mono<T>> function) {
        return lease -> begin(lease)
                .then(Mono.<T>defer(() -> function.apply(lease)).singleOptional())
                .flatMap(value -> commit(lease).then(Mono.<T>justOrEmpty(value)));
    }

    /** Emits the function's values as they come, and completes after COMMIT was acknowledged. */
    public <T> Work<T> many(Function<? super Connection, ? extends Publisher<T>> function) {
        return lease -> begin(lease)
                .thenMany(Flux.<T>defer(() -> function.apply(lease)))
                .concatWith(Mono.defer(() -> commit(lease)).then(Mono.empty()));
    }

    private Mono<Void> begin(Lease lease) {
        return Mono.defer(() -> {
            lease.enter(options.readOnly() ? Phase.READING : Phase.IN_TRANSACTION);
            return Flux.from(lease.createStatement(begin).execute())
                    .concatMap(Result::getRowsUpdated)
                    .then();
        });
    }

    private Mono<Void> commit(Lease lease) {
        return Mono.defer(() -> {
            if (!options.readOnly()) {
                lease.enter(Phase.COMMITTING);
            }
            return Mono.from(lease.commitTransaction());
        });
    }

    private static String beginStatement(TransactionOptions options) {
        StringBuilder sql = new StringBuilder("BEGIN");
        Optional.ofNullable(options.isolation())
                .ifPresent(level -> sql.append(" ISOLATION LEVEL ").append(level.asSql()));
        if (options.readOnly()) {
            sql.append(" READ ONLY");
        }
        if (options.deferrable()) {
            sql.append(" DEFERRABLE");
        }
        return sql.toString();
    }
}
