package dev.evenkeel.stage;

import dev.evenkeel.CallContext;
import dev.evenkeel.Deadline;
import dev.evenkeel.flow.PassOn;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.List;
import java.util.ListIterator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * How a call travels: down the steps in the order of {@link #of}, and its result up again. Nothing goes sideways. Immutable.
 *
 * <pre>
 * Entering       refuses calls after the shutdown, counts those inside
 *  Recording     one event per call, exactly once, however it ends
 *   Retrying     again from here, if the error is safe to retry and no row was emitted
 *    Routing     intent, consistency and topology -> node
 *     Sharing       a read that needs no connection of its own goes down a lane with others, and is done
 *     Leasing    waits for its turn; acquire, run, release: the only place (Lending leaves the release to the caller)
 *      Running   the work itself, within the deadline; what the driver throws becomes a DatabaseException
 * </pre>
 *
 * <p>The deadline is set before the first step and is in the Reactor Context, so that calls inside a call obey it, too.
 */
public final class Pipeline {

    private final Next first;
    private final Scheduler clock;

    private Pipeline(Next first, Scheduler clock) {
        this.first = first;
        this.clock = clock;
    }

    /** The road of work that ends with the call. */
    public static Pipeline of(Parts parts) {
        WaitingRoom room = new WaitingRoom(parts.topology(), parts.config().pool(), parts.timer());
        return new Pipeline(
                chain(
                        new Entering(parts.gate()),
                        new Recording(parts.listener(), parts.contacts()),
                        new Retrying(parts),
                        new Routing(parts, room),
                        new Sharing(parts),
                        new Leasing(parts),
                        new Running(parts.timer())),
                parts.timer());
    }

    /** The same road for a connection that the caller keeps. */
    public static Pipeline lending(Parts parts) {
        WaitingRoom room = new WaitingRoom(parts.topology(), parts.config().pool(), parts.timer());
        return new Pipeline(
                chain(
                        new Entering(parts.gate()),
                        new Recording(parts.listener(), parts.contacts()),
                        new Retrying(parts),
                        new Routing(parts, room),
                        new Lending(new Leasing(parts))),
                parts.timer());
    }

    /** A publisher that sends a call down the road for each subscription. */
    public <T> Flux<T> run(Terms terms, Work<T> work) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                send(terms, work, false, actual);
            }
        };
    }

    /**
     * The same for a result that is one item at most, and an {@link IndexOutOfBoundsException} for more: it comes when the whole
     * work has ended well, and up to then the work can be done again.
     */
    public <T> Mono<T> runSingle(Terms terms, Work<T> work) {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                send(terms, work, true, actual);
            }
        };
    }

    private <T> void send(Terms terms, Work<T> work, boolean single, CoreSubscriber<? super T> actual) {
        Context context = actual.currentContext();
        Call<T> call = call(terms, work, single, context);
        first.proceed(call)
                .subscribe(new Inside<>(
                        actual, CallContext.deadline(call.deadline()).apply(context)));
    }

    private <T> Call<T> call(Terms terms, Work<T> work, boolean single, Context context) {
        Deadline own = Deadline.in(terms.timeout(), clock);
        Deadline outer = CallContext.deadline(context).orElse(own);
        return new Call<>(
                terms,
                work,
                single,
                new Trace(),
                own.earlier(outer),
                CallContext.session(context).orElse(null),
                null,
                0,
                false,
                null);
    }

    /** Who is inside a call knows its deadline. */
    private static final class Inside<T> extends PassOn<T, T> {

        private final Context context;

        Inside(CoreSubscriber<? super T> actual, Context context) {
            super(actual);
            this.context = context;
        }

        @Override
        public Context currentContext() {
            return context;
        }

        @Override
        public void onNext(T item) {
            actual.onNext(item);
        }
    }

    /**
     * Runs one statement on a connection that the caller holds: no routing, no retry, only the time limit, if there is one,
     * and the same errors.
     */
    public <T> Flux<T> runOn(
            Connection held, String label, @Nullable Duration limit, Function<Connection, Publisher<T>> work) {
        return new OnConnection(held, label, clock).run(limit, work);
    }

    /** The same for a result that is one item at most, and an {@link IndexOutOfBoundsException} for more; it comes at the end. */
    public <T> Mono<T> runSingleOn(
            Connection held, String label, @Nullable Duration limit, Function<Connection, Publisher<T>> work) {
        return new OnConnection(held, label, clock).single(limit, work);
    }

    private static Next chain(Step... steps) {
        Next next = new End();
        ListIterator<Step> upwards = List.of(steps).listIterator(steps.length);
        while (upwards.hasPrevious()) {
            next = new Link(upwards.previous(), next);
        }
        return next;
    }

    private record Link(Step step, Next next) implements Next {

        @Override
        public <T> Flux<T> proceed(Call<T> call) {
            return step.apply(call, next);
        }
    }

    private record End() implements Next {

        @Override
        public <T> Flux<T> proceed(Call<T> call) {
            return Flux.error(new IllegalStateException("the last step must not ask for a next one"));
        }
    }
}
