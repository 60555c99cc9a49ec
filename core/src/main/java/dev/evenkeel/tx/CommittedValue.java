package dev.evenkeel.tx;

import dev.evenkeel.node.Lease;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The value of a transaction's function once COMMIT was acknowledged.
 *
 * <p>How this works: one object goes through the steps of a transaction, one source after the other: the function, the answer to
 * BEGIN, COMMIT. If the transaction has become invalid by a stale plan, which another run heals, ROLLBACK and the first step again.
 * After a cancel no further step is taken. A chain of operators does the same with some nine of them, in every transaction.
 */
final class CommittedValue<T> extends Mono<T> {

    private final Lease lease;
    private final Supplier<Attempt<T>> attempts;
    private final StalePlans stalePlans;

    /** Of the first of the {@code attempts} that succeeds. */
    CommittedValue(Lease lease, Supplier<Attempt<T>> attempts, StalePlans stalePlans) {
        this.lease = lease;
        this.attempts = attempts;
        this.stalePlans = stalePlans;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        actual.onSubscribe(new Course<>(actual, this));
    }

    private enum Step {
        FUNCTION,
        BEGIN,
        COMMIT,
        ROLLBACK
    }

    /** It begins when it is asked; that is its own value. */
    private static final class Course<T> extends AtomicBoolean implements Subscription {

        private static final long serialVersionUID = 1L;

        private final transient CoreSubscriber<? super T> actual;
        private final transient CommittedValue<T> of;
        private transient Subscription current = Operators.emptySubscription();
        private transient boolean cancelled;
        private transient @Nullable Attempt<T> attempt;
        private transient Step step = Step.FUNCTION;
        private transient @Nullable T value;
        private transient @Nullable Throwable problem;
        private int runs;

        Course(CoreSubscriber<? super T> actual, CommittedValue<T> of) {
            this.actual = actual;
            this.of = of;
        }

        private void begin() {
            runs++;
            value = null;
            problem = null;
            take(Step.FUNCTION, () -> {
                Attempt<T> next = of.attempts.get();
                attempt = next;
                return next.function();
            });
        }

        private Attempt<T> attempt() {
            return Objects.requireNonNull(attempt);
        }

        private void take(Step next, Supplier<? extends Publisher<?>> source) {
            step = next;
            // What has ended must not hear of a cancel.
            if (!goesOn(Operators.emptySubscription())) {
                return;
            }
            Publisher<?> publisher;
            try {
                publisher = source.get();
            } catch (Throwable thrown) {
                Exceptions.throwIfFatal(thrown);
                failed(thrown);
                return;
            }
            publisher.subscribe(new Source(this));
        }

        /** False when the caller has gone away. */
        private synchronized boolean goesOn(Subscription next) {
            if (!cancelled) {
                current = next;
            }
            return !cancelled;
        }

        private synchronized Subscription source() {
            return current;
        }

        private synchronized Subscription leave() {
            cancelled = true;
            return current;
        }

        private Context context() {
            return actual.currentContext();
        }

        private void begun(Subscription subscription) {
            if (goesOn(subscription)) {
                subscription.request(Long.MAX_VALUE);
            } else {
                subscription.cancel();
            }
        }

        /** False for one too many. */
        @SuppressWarnings("unchecked") // only the function has values
        private boolean keep(Object item) {
            boolean first = value == null;
            if (first) {
                value = (T) item;
            }
            return first;
        }

        private void tooMany(Object item) {
            Operators.onDiscard(item, context());
            source().cancel();
            failed(new IndexOutOfBoundsException("Source emitted more than one item"));
        }

        private void failed(Throwable error) {
            switch (step) {
                case FUNCTION -> {
                    problem = error;
                    take(Step.BEGIN, attempt == null ? Mono::empty : attempt()::begun);
                }
                case BEGIN, COMMIT -> fail(error);
                case ROLLBACK -> end(error);
            }
        }

        private void ended() {
            switch (step) {
                case FUNCTION -> take(Step.BEGIN, attempt()::begun);
                case BEGIN -> {
                    Throwable first = problem;
                    if (first == null) {
                        take(Step.COMMIT, attempt()::commit);
                    } else {
                        fail(first);
                    }
                }
                case COMMIT -> committed();
                case ROLLBACK -> begin();
            }
        }

        private void fail(Throwable error) {
            T unused = value;
            if (unused != null) {
                Operators.onDiscard(unused, context());
                value = null;
            }
            if (!of.stalePlans.isOne(of.lease, error)) {
                end(error);
            } else if (of.stalePlans.areTooMany(runs)) {
                end(of.stalePlans.conflict(of.lease, error));
            } else {
                take(Step.ROLLBACK, () -> of.stalePlans.rollback(of.lease));
            }
        }

        private void end(Throwable error) {
            actual.onError(error);
        }

        private void committed() {
            T result = value;
            if (result != null) {
                actual.onNext(result);
            }
            actual.onComplete();
        }

        @Override
        public void request(long count) {
            if (Operators.validate(count) && compareAndSet(false, true)) {
                begin();
            }
        }

        @Override
        public void cancel() {
            leave().cancel();
        }
    }

    /** What one step hears: a source that says something behind its end must not be taken for the next one. */
    private static final class Source implements CoreSubscriber<Object> {

        private final Course<?> course;
        private boolean over;

        Source(Course<?> course) {
            this.course = course;
        }

        @Override
        public Context currentContext() {
            return course.context();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            course.begun(subscription);
        }

        @Override
        public void onNext(Object item) {
            if (over) {
                Operators.onNextDropped(item, currentContext());
            } else if (!course.keep(item)) {
                over = true;
                course.tooMany(item);
            }
        }

        @Override
        public void onError(Throwable error) {
            if (over) {
                Operators.onErrorDropped(error, currentContext());
            } else {
                over = true;
                course.failed(error);
            }
        }

        @Override
        public void onComplete() {
            if (!over) {
                over = true;
                course.ended();
            }
        }
    }
}
