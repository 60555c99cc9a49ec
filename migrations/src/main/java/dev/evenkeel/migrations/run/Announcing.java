package dev.evenkeel.migrations.run;

import dev.evenkeel.CallContext;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.event.AdministrativeAction;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Tells the manager's listeners who has changed the schema, for their audit and their metrics. */
record Announcing(ReactiveDatabaseManager database) {

    /** How it ends is told once: well, with an error, or left in the middle. */
    <T> Flux<T> told(String what, String subject, Flux<T> action) {
        return Flux.deferContextual(context -> {
            long begun = System.nanoTime();
            String by = CallContext.principal(context).orElse("-");
            BiConsumer<Boolean, @Nullable Throwable> end =
                    (succeeded, problem) -> database.announce(new AdministrativeAction(
                            what,
                            subject,
                            by,
                            succeeded,
                            Duration.ofNanos(System.nanoTime() - begun),
                            problem == null ? "" : problem.getClass().getSimpleName()));
            return action.doOnComplete(() -> end.accept(true, null))
                    .doOnError(failed -> end.accept(false, failed))
                    .doOnCancel(() -> end.accept(false, new CancellationException()));
        });
    }
}
