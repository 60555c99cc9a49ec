package dev.evenkeel.topology;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** Probes one node again and again: after the usual pause, or as soon as somebody has a reason to. Thread-safe. */
final class ProbeRhythm {

    /** However many reasons there are. */
    private static final Duration SHORTEST = Duration.ofMillis(20);

    private final NodeProbe probe;
    private final Supplier<Duration> usual;
    private final Scheduler timer;
    private final Sinks.Many<Boolean> calls = Sinks.many().multicast().directBestEffort();
    private final AtomicBoolean called = new AtomicBoolean();

    ProbeRhythm(NodeProbe probe, Supplier<Duration> usual, Scheduler timer) {
        this.probe = probe;
        this.usual = usual;
        this.timer = timer;
    }

    NodeProbe probe() {
        return probe;
    }

    /** Somebody wants to know now. */
    void hurry() {
        if (called.compareAndSet(false, true)) {
            calls.tryEmitNext(true);
        }
    }

    /** All answers, without end. */
    Flux<NodeState> answers() {
        return Mono.defer(this::pause).then(Mono.defer(probe::probe)).repeat();
    }

    private Mono<Boolean> pause() {
        if (probe.isDoubtful()) {
            return Mono.just(true);
        }
        Duration rest = usual.get().minus(SHORTEST);
        Mono<Boolean> untilCalled =
                Mono.defer(() -> called.get() ? Mono.just(true) : calls.asFlux().next());
        return Mono.delay(SHORTEST, timer)
                .then(Mono.firstWithSignal(untilCalled, Mono.delay(rest, timer).thenReturn(true)))
                .doOnNext(due -> called.set(false));
    }
}
