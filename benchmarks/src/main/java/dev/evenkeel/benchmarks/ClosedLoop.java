package dev.evenkeel.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.evenkeel.benchmarks.peer.Callers;
import dev.evenkeel.benchmarks.peer.Peer;
import dev.evenkeel.benchmarks.report.Sample;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Mono;

/** Callers that each begin the next operation when the last one has ended. An operation that never ends, ends the program. */
final class ClosedLoop {

    /** Far longer than an operation takes: who waits so long has found a hang. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private ClosedLoop() {}

    static Sample run(Peer peer, Workload workload, Duration time) {
        Callers callers = peer.callers();
        int number = Math.min(workload.inFlight(), callers.most());
        Mono<Boolean> operation = Mono.defer(() -> workload.once(peer));
        Tally tally = new Tally();
        CountDownLatch running = new CountDownLatch(number);
        Allocation allocation = Allocation.sinceNow();
        long cpu = PROCESS.getProcessCpuTime();
        long begun = System.nanoTime();
        BooleanSupplier more = () -> System.nanoTime() - begun < time.toNanos();
        for (int i = 0; i < number; i++) {
            boolean foreign = workload.foreign() && !callers.blocking();
            Executor home = foreign ? ApplicationThreads.of(i) : Runnable::run;
            Executor start = foreign ? home : callers.executor();
            Caller caller = new Caller(operation, home, more, tally, running::countDown);
            start.execute(caller::begin);
        }
        await(running, time.plus(PATIENCE), "%s, %s".formatted(peer.name(), workload));
        return new Sample(
                tally.operations(),
                System.nanoTime() - begun,
                allocation.bytes(),
                PROCESS.getProcessCpuTime() - cpu,
                tally.latency(),
                tally.errors(),
                tally.firstError());
    }

    private static void await(CountDownLatch running, Duration patience, String what) {
        try {
            if (!running.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("%s: %d callers wait for an answer since %d s"
                        .formatted(what, running.getCount(), PATIENCE.toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted: " + what, e);
        }
    }
}
