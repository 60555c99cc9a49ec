package dev.evenkeel.benchmarks.step;

import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import io.r2dbc.spi.R2dbcBadGrammarException;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcRollbackException;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;

/** Making a typed error out of what the driver throws. The driver's own exceptions cannot be made here: these stand in. */
public class ClassifyingBenchmark extends StepBenchmark {

    private final R2dbcException conflict =
            new R2dbcRollbackException("could not serialize access due to concurrent update", "40001");
    private final R2dbcException badValue =
            new R2dbcBadGrammarException("invalid input syntax for type integer: \"abc\"", "22P02");
    private final IOException reset = new IOException("Connection reset by peer");
    private final IllegalStateException foreign = new IllegalStateException("the caller's own");
    private final Throwable typed = classify(conflict);

    private static Throwable classify(Throwable error) {
        return FailureClassifier.classify(error, Phase.IN_TRANSACTION, "a:5432", "1-1");
    }

    @Benchmark
    public Throwable serializationFailure() {
        return classify(conflict);
    }

    @Benchmark
    public Throwable messageWithValues() {
        return classify(badValue);
    }

    @Benchmark
    public Throwable lostConnection() {
        return classify(reset);
    }

    @Benchmark
    public Throwable errorOfTheCaller() {
        return classify(foreign);
    }

    @Benchmark
    public Throwable alreadyTyped() {
        return classify(typed);
    }
}
