package dev.evenkeel.node;

import dev.evenkeel.PoolValidation;
import io.r2dbc.spi.ValidationDepth;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Asks the server through every idle connection of a pool, all at once, and closes those that do not answer within a second. */
public record IdleCheck(NodePool pool, Scheduler timer) {

    private static final Duration BOUND = Duration.ofSeconds(1);

    /** Emits how many answered and how many were closed. Never an error: one that cannot be had counts as closed, and is the last. */
    public Mono<PoolValidation.Node> run() {
        return Mono.fromSupplier(() -> pool.state().idle())
                .flatMapMany(idle -> Flux.range(0, idle)
                        .flatMap(
                                one -> Mono.usingWhen(pool.acquire(BOUND, () -> "-"), this::answers, Lease::release),
                                Math.max(1, idle)))
                .onErrorResume(unavailable -> Flux.just(false))
                .reduce(new PoolValidation.Node(0, 0), IdleCheck::plus);
    }

    private Mono<Boolean> answers(Lease lease) {
        return Mono.from(lease.validate(ValidationDepth.REMOTE))
                .timeout(BOUND, timer)
                .onErrorReturn(false)
                .flatMap(good -> good ? Mono.just(true) : lease.discard().thenReturn(false));
    }

    private static PoolValidation.Node plus(PoolValidation.Node sum, boolean answered) {
        return answered
                ? new PoolValidation.Node(sum.good() + 1, sum.replaced())
                : new PoolValidation.Node(sum.good(), sum.replaced() + 1);
    }
}
