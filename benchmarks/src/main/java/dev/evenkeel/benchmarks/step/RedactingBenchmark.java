package dev.evenkeel.benchmarks.step;

import dev.evenkeel.error.Redaction;
import org.openjdk.jmh.annotations.Benchmark;

/** Taking values and secrets out of texts. */
public class RedactingBenchmark extends StepBenchmark {

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
