package dev.evenkeel.benchmarks.step;

import dev.evenkeel.event.BoundValues;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.RequestScope;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.monitoring.InsightConfig;
import dev.evenkeel.monitoring.query.StatementStatistics;
import dev.evenkeel.sql.SqlFingerprint;
import dev.evenkeel.sql.SqlMask;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What the insight adds to each statement, and what a text costs that it has not seen before. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class InsightBenchmark {

    private static final String SQL =
            "select o.id, c.name from orders o join customer c on c.id = o.customer where o.id = $1 and c.state in ('a', 'b')";

    private final StatementStatistics statistics = new StatementStatistics(InsightConfig.defaults());

    @Benchmark
    @Threads(2)
    public void aStatementOfALeaseOfItsOwn() {
        statistics.onStatementCompleted(new StatementCompleted(
                1,
                "a:5432",
                "1-1",
                new RequestScope("one connection"),
                SQL,
                BoundValues.of(7),
                Outcome.SUCCEEDED,
                Duration.ofNanos(123_456),
                1,
                null,
                List.of()));
    }

    @Benchmark
    public String masking() {
        return SqlMask.mask(SQL);
    }

    @Benchmark
    public String fingerprinting() {
        return SqlFingerprint.of(SQL);
    }
}
