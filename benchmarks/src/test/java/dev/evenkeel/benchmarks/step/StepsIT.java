package dev.evenkeel.benchmarks.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

class StepsIT {

    @Test
    void everyBenchmarkRuns() throws RunnerException {
        // Another build on this machine may hold JMH's lock; nobody looks at the numbers here.
        System.setProperty("jmh.ignoreLock", "true");

        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(StepsIT.class.getPackageName())
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(1))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();

        assertThat(results).hasSizeGreaterThan(20);
    }
}
