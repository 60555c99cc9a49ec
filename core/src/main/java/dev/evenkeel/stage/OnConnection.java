package dev.evenkeel.stage;

import dev.evenkeel.Deadline;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.flow.Only;
import dev.evenkeel.flow.PassOn;
import dev.evenkeel.node.Lease;
import dev.evenkeel.time.Bounded;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * A statement on a connection that its caller holds. When its own limit strikes, the connection is busy with it until the
 * caller's lease ends and cleans it.
 */
record OnConnection(Connection connection, String label, Scheduler timer) {

    <T> Flux<T> run(@Nullable Duration limit, Function<Connection, Publisher<T>> work) {
        Flux<T> statement = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                begin(work, actual, new Classified<>(actual, OnConnection.this));
            }
        };
        return limit == null ? statement : Bounded.all(statement, limit, timer, () -> tooLate(limit));
    }

    /** The same for a result that is one item at most, and an {@link IndexOutOfBoundsException} for more; it comes at the end. */
    <T> Mono<T> single(@Nullable Duration limit, Function<Connection, Publisher<T>> work) {
        Mono<T> statement = new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                begin(work, actual, new Single<>(actual, OnConnection.this));
            }
        };
        return limit == null ? statement : Bounded.one(statement, limit, timer, () -> tooLate(limit));
    }

    private <T> void begin(
            Function<Connection, Publisher<T>> work, CoreSubscriber<? super T> actual, CoreSubscriber<T> reader) {
        Publisher<T> source;
        try {
            source = work.apply(connection);
        } catch (RuntimeException refused) {
            Operators.error(actual, classify(refused));
            return;
        }
        source.subscribe(reader);
    }

    /** One operator instead of two for every statement. */
    private static final class Classified<T> extends PassOn<T, T> {

        private final OnConnection of;

        Classified(CoreSubscriber<? super T> actual, OnConnection of) {
            super(actual);
            this.of = of;
        }

        @Override
        public void onNext(T item) {
            actual.onNext(item);
        }

        @Override
        public void onError(Throwable error) {
            super.onError(of.classify(error));
        }
    }

    private static final class Single<T> extends Only<T> {

        private final OnConnection of;

        Single(CoreSubscriber<? super T> actual, OnConnection of) {
            super(actual);
            this.of = of;
        }

        @Override
        protected Throwable translated(Throwable error) {
            return of.classify(error);
        }
    }

    private Throwable tooLate(Duration limit) {
        return classify(exceeded(Deadline.in(limit, timer)));
    }

    private Throwable exceeded(Deadline deadline) {
        return connection instanceof Lease lease
                ? TimeLimit.exceeded(label, deadline, lease)
                : new TimeoutException("no answer within " + deadline.allowed());
    }

    private Throwable classify(Throwable error) {
        return connection instanceof Lease lease
                ? FailureClassifier.classify(error, lease.phase(), lease.node(), lease.requestId())
                : FailureClassifier.classify(error, Phase.AUTOCOMMIT, "a foreign connection", "-");
    }
}
