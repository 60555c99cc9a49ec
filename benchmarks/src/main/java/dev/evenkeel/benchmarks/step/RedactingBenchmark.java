package dev.evenkeel.benchmarks.step;

import dev.evenkeel.error.Redaction;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Taking values and secrets out of texts. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class RedactingBenchmark {

    private final String quotesValues = "invalid input syntax for type integer: \"4929-1234-5678\"";
    private final String quotesNames = "relation \"account\" does not exist";
    private final String url = "r2dbc:postgresql://user:secret@host:5432/database?sslmode=require&password=secret";

    @Benchmark
    public String messageWithValues() {
        return Redaction.serverMessage("22P02", quotesValues);
    }

    @Benchmark
    public String messageWithNames() {
        return Redaction.serverMessage("42P01", quotesNames);
    }

    @Benchmark
    public String url() {
        return Redaction.url(url);
    }
}
