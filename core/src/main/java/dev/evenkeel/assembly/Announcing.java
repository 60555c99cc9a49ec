package dev.evenkeel.assembly;

import dev.evenkeel.CallContext;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.AdministrativeAction.Ending;
import dev.evenkeel.event.DatabaseListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** Tells a listener how administrative actions end, once for each subscription: well, with an error, or left in the middle. */
record Announcing(DatabaseListener audience) {

    <T> Flux<T> all(String what, String subject, Publisher<T> action) {
        return Flux.deferContextual(context -> {
            Pending pending = new Pending(what, subject, context);
            return Flux.from(action)
                    .doOnComplete(() -> pending.end(new Ending(true, "")))
                    .doOnError(pending::failed)
                    .doOnCancel(pending::left);
        });
    }

    <T> Mono<T> one(String what, String subject, Mono<T> action, Function<? super T, Optional<Ending>> ending) {
        return Mono.deferContextual(context -> {
            Pending pending = new Pending(what, subject, context);
            return action.doOnSuccess(result ->
                            Optional.ofNullable(result).flatMap(ending).ifPresentOrElse(pending::end, pending::close))
                    .doOnError(pending::failed)
                    .doOnCancel(pending::left);
        });
    }

    /** A subscriber may cancel after the end, too, and that is no second one. */
    private final class Pending {

        private final String what;
        private final String subject;
        private final String by;
        private final long begun = System.nanoTime();
        private final AtomicBoolean ended = new AtomicBoolean();

        Pending(String what, String subject, ContextView context) {
            this.what = what;
            this.subject = subject;
            this.by = CallContext.principal(context).orElse("-");
        }

        void end(Ending ending) {
            if (close()) {
                audience.onAdministrativeAction(new AdministrativeAction(
                        what,
                        subject,
                        by,
                        ending.succeeded(),
                        Duration.ofNanos(System.nanoTime() - begun),
                        ending.details()));
            }
        }

        void failed(Throwable problem) {
            end(new Ending(false, problem.getClass().getSimpleName()));
        }

        void left() {
            failed(new CancellationException());
        }

        boolean close() {
            return ended.compareAndSet(false, true);
        }
    }
}
