package dev.evenkeel.assembly;

import dev.evenkeel.tx.CommitOutcomes;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** What a running manager does now and then, beside watching its nodes: it sweeps old commit markers away. */
final class Upkeep {

    private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(10);

    private final CommitOutcomes outcomes;
    private final Scheduler timer;
    private final Disposable.Swap running = Disposables.swap();

    Upkeep(CommitOutcomes outcomes, Scheduler timer) {
        this.outcomes = outcomes;
        this.timer = timer;
    }

    void start() {
        Mono<Void> untilUsed =
                Mono.delay(LOOK, timer).repeat(() -> !outcomes.isUsed()).then();
        Mono<Long> sweep = outcomes.sweep().onErrorResume(failure -> {
            log.debug("Old commit markers stay for now", failure);
            return Mono.just(0L);
        });
        running.update(untilUsed
                .thenMany(sweep.then(Mono.delay(BETWEEN_SWEEPS, timer)).repeat())
                .subscribe());
    }

    void stop() {
        running.dispose();
    }
}
