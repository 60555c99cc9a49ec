package dev.evenkeel.benchmarks.step;

import dev.evenkeel.DatabaseMetrics;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.health.CallStatistics;
import java.time.Duration;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Threads;

/** What each call pays for the statistics, and what a reader of them pays. */
public class RecordingBenchmark extends StepBenchmark {

    private final CallStatistics statistics = new CallStatistics();
    private final DatabaseListener listener = new Listeners(List.of(statistics));
    private final CallCompleted event = new CallCompleted(
            "1-1",
            "query",
            false,
            false,
            "a:5432",
            Outcome.SUCCEEDED,
            1,
            Duration.ofNanos(123_456),
            Duration.ofNanos(1_234),
            Duration.ofNanos(100_000),
            1,
            null);

    @Benchmark
    public void oneCaller() {
        statistics.onCallCompleted(event);
    }

    @Benchmark
    @Threads(2)
    public void twoCallersAtOnce() {
        statistics.onCallCompleted(event);
    }

    @Benchmark
    public void throughTheListeners() {
        listener.onCallCompleted(event);
    }

    @Benchmark
    public DatabaseMetrics read() {
        return statistics.metrics(List.of());
    }
}
