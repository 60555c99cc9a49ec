package dev.evenkeel.tx;

import dev.evenkeel.CallContext;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.TransactionOptions.Nesting;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.OpenTransaction;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** A transaction that was asked for inside another one and runs on the same connection. */
public final class InnerTransaction {

    private static final AtomicLong NAMES = new AtomicLong();

    private final Lease lease;
    private final OpenTransaction outer;
    private final TransactionOptions options;

    private InnerTransaction(Lease lease, OpenTransaction outer, TransactionOptions options) {
        this.lease = lease;
        this.outer = outer;
        this.options = options;
    }

    /**
     * Looks for a transaction around this call.
     *
     * @return empty when there is none, or when the options ask for independence
     */
    public static Optional<InnerTransaction> find(ContextView context, TransactionOptions options) {
        return CallContext.connection(context)
                .filter(held -> options.nesting() != Nesting.INDEPENDENT)
                .filter(Lease.class::isInstance)
                .map(Lease.class::cast)
                .filter(lease -> !lease.isReleased())
                .flatMap(lease -> lease.transaction().map(outer -> new InnerTransaction(lease, outer, options)));
    }

    /** Runs the function as part of the outer transaction. */
    public <T> Flux<T> run(Function<? super Connection, ? extends Publisher<T>> function) {
        return Flux.defer(() -> {
            requireFit(outer.options());
            outer.joined(1);
            AtomicBoolean joined = new AtomicBoolean(true);
            Runnable leave = () -> outer.joined(joined.getAndSet(false) ? -1 : 0);
            Flux<T> work = Flux.<T>defer(() -> function.apply(lease)).doOnCancel(leave);
            Flux<T> inside = options.nesting() == Nesting.SAVEPOINT
                    ? inSavepoint("evenkeel_" + NAMES.incrementAndGet(), work)
                    : work.doOnError(error -> outer.doom()).doOnCancel(outer::doom);
            // Before the outer function hears of it, which may commit then.
            return inside.doOnTerminate(leave);
        });
    }

    /** What has begun cannot change its mode. */
    private void requireFit(TransactionOptions begun) {
        if (begun.readOnly() && !options.readOnly()) {
            throw misfit("readOnly", "false", "true, because the outer transaction is read-only");
        }
        if (options.isolation() != null && !options.isolation().equals(begun.isolation())) {
            throw misfit("isolation", options.isolation().asSql(), "left out, or that of the outer transaction");
        }
    }

    private static InvalidConfigurationException misfit(String setting, String value, String allowed) {
        return InvalidConfigurationException.of(
                setting, value, allowed, "begin the inner transaction with Nesting.INDEPENDENT");
    }

    /**
     * The undoing is queued behind whatever runs, so the outer transaction cannot overtake it. What is being released cannot
     * be undone alone: its caller, who has given up, must not find it applied by the outer one.
     */
    private <T> Flux<T> inSavepoint(String name, Flux<T> work) {
        AtomicBoolean releasing = new AtomicBoolean();
        Mono<Void> release = Mono.defer(() -> {
            releasing.set(true);
            return execute("RELEASE SAVEPOINT " + name);
        });
        return Flux.usingWhen(
                execute("SAVEPOINT " + name).thenReturn(name),
                begun -> work.concatWith(release.then(Mono.empty())),
                done -> Mono.empty(),
                (failed, error) -> undo(name),
                cancelled -> releasing.get() ? Mono.fromRunnable(outer::doom) : undoUnseen(name));
    }

    /** What cannot be undone alone dooms the whole: the error that led here is the one to report. */
    private Mono<Void> undo(String name) {
        return execute("ROLLBACK TO SAVEPOINT " + name)
                .then(Mono.<Void>fromRunnable(lease::forgetFailure))
                .onErrorResume(failed -> {
                    outer.doom();
                    return Mono.empty();
                });
    }

    /** A statement that another thread is just handing to the driver might end up behind the undoing. */
    private Mono<Void> undoUnseen(String name) {
        if (lease.isHandingOver()) {
            outer.doom();
        }
        return undo(name);
    }

    private Mono<Void> execute(String sql) {
        return Mono.defer(() -> Flux.from(lease.createStatement(sql).execute())
                .concatMap(Result::getRowsUpdated)
                .then());
    }
}
