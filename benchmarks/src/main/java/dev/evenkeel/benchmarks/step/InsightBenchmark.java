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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Threads;

/** What the insight adds to each statement, and what a text costs that it has not seen before. */
public class InsightBenchmark extends StepBenchmark {

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
