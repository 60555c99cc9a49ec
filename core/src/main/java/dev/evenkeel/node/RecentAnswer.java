package dev.evenkeel.node;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * What a source of the user's said, for a second at most: many connections that are opened at once ask it once. It is asked on a
 * thread that may block. Errors are not kept. Thread-safe.
 */
final class RecentAnswer<T> {

    private static final Duration FRESH = Duration.ofSeconds(1);

    /** One that somebody else was told, and one that is asked for anew. */
    private static final int OTHER_ANSWERS = 2;

    private final Mono<T> source;
    private final Scheduler timer;
    private final AtomicReference<@Nullable Mono<T>> known = new AtomicReference<>();

    /** An empty {@code source} counts as an error; {@code name} says in its message what was asked. */
    RecentAnswer(String name, Mono<T> source, Scheduler timer) {
        this.source = source.switchIfEmpty(Mono.error(() -> new IllegalStateException(name + " emitted nothing")));
        this.timer = timer;
    }

    /**
     * Makes an attempt with the answer, and another one if it is refused and there is another answer: what was said may have
     * changed a moment ago, and what others were told since may be old as well. With the same answer it is not repeated.
     */
    <R> Mono<R> use(Function<T, Mono<R>> attempt, Predicate<Throwable> refused) {
        return Mono.defer(() -> get().flatMap(first -> attempt(first, attempt, refused, OTHER_ANSWERS)));
    }

    private <R> Mono<R> attempt(T answer, Function<T, Mono<R>> attempt, Predicate<Throwable> refused, int others) {
        Mono<R> attempted = attempt.apply(answer);
        return others == 0
                ? attempted
                : attempted.onErrorResume(
                        refused,
                        refusal -> other(answer)
                                .filter(other -> !other.equals(answer))
                                .flatMap(other -> attempt(other, attempt, refused, others - 1))
                                .switchIfEmpty(Mono.error(refusal)));
    }

    private Mono<T> get() {
        Mono<T> answer = known.get();
        if (answer != null) {
            return answer;
        }
        Mono<T> question = source.subscribeOn(Schedulers.boundedElastic())
                .cache(good -> FRESH, bad -> Duration.ZERO, () -> Duration.ZERO, timer);
        return known.compareAndSet(null, question) ? question : get();
    }

    /** What the source says, if that is still the refused answer, when it is asked anew. */
    private Mono<T> other(T refused) {
        Mono<T> answer = known.get();
        return answer == null
                ? get()
                : answer.flatMap(cached -> {
                    if (!cached.equals(refused)) {
                        return Mono.just(cached);
                    }
                    known.compareAndSet(answer, null);
                    return get();
                });
    }
}
