package dev.evenkeel.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Callers that each begin the next operation when the last one has ended. A single failure ends the program. */
final class ClosedLoop {

    /** Far longer than an operation takes: who waits so long has found a hang. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private ClosedLoop() {}

    static Sample run(Peer peer, Workload workload, Duration time) {
        long bytes = Allocation.bytes();
        long cpu = PROCESS.getProcessCpuTime();
        long begun = System.nanoTime();
        long operations = Objects.requireNonNull(Flux.range(0, workload.inFlight())
                .flatMap(caller -> again(peer, workload, begun + time.toNanos()), workload.inFlight())
                .count()
                .onErrorMap(failure -> new IllegalStateException(
                        "An operation failed: %s, %s".formatted(peer.name(), workload), failure))
                .block(time.plus(PATIENCE)));
        return new Sample(
                operations, System.nanoTime() - begun, Allocation.bytes() - bytes, PROCESS.getProcessCpuTime() - cpu);
    }

    private static Flux<Boolean> again(Peer peer, Workload workload, long end) {
        return Mono.defer(() -> workload.once(peer))
                .filter(expected -> expected)
                .single()
                .repeat(() -> System.nanoTime() - end < 0);
    }
}
