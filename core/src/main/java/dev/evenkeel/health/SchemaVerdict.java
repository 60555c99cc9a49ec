package dev.evenkeel.health;

import dev.evenkeel.HealthSnapshot.Check;
import dev.evenkeel.HealthStatus;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** What another module last said about the schema. Thread-safe; asks nobody while nobody listens. */
public final class SchemaVerdict {

    private final Duration bound;
    private final Scheduler timer;
    private final Sinks.Many<Flux<Check>> sources = Sinks.many().replay().latestOrDefault(Flux.never());
    private volatile boolean contributed;
    private volatile Check latest = new Check(HealthStatus.HEALTHY, "not checked: no migrations module is present");

    SchemaVerdict(Duration bound, Scheduler timer) {
        this.bound = bound;
        this.timer = timer;
    }

    public synchronized void use(Flux<Check> verdicts) {
        contributed = true;
        latest = new Check(HealthStatus.HEALTHY, "not checked yet");
        sources.tryEmitNext(verdicts);
    }

    Check latest() {
        return latest;
    }

    /** Each verdict that differs from the one before. */
    Flux<Check> changes() {
        return sources.asFlux()
                .switchMap(source -> source)
                .doOnNext(verdict -> latest = verdict)
                .distinctUntilChanged();
    }

    /** The first verdict from now on, or the latest one if that does not come in time. */
    Mono<Check> soon() {
        return contributed
                ? changes().next().timeout(bound, timer).onErrorResume(late -> Mono.just(latest))
                : Mono.just(latest);
    }
}
