package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ComparisonIT {

    private static final int ROWS = 5_000;

    /** A failed operation would end the run with its exception. */
    @Test
    void fillsEveryCell() {
        Report report = Comparison.run(new Plan(0, 1, Duration.ofMillis(30), ROWS));

        assertThat(report.series())
                .hasSize(2 * Workload.all(ROWS).size())
                .allSatisfy(series -> assertThat(series.samples())
                        .singleElement()
                        .satisfies(sample -> {
                            assertThat(sample.operations()).isPositive();
                            assertThat(sample.nanos()).isPositive();
                            assertThat(sample.bytes()).isPositive();
                        }));
        assertThat(report.streamHeap())
                .containsOnlyKeys("r2dbc-pool", "Evenkeel")
                .allSatisfy((peer, heap) -> {
                    assertThat(heap.beforeBytes()).isPositive();
                    assertThat(heap.peakBytes()).isPositive();
                });
        assertThat(report.markdown())
                .contains("| point select | 64 | Evenkeel |")
                .doesNotContain("NaN", "Infinity", "|  |");
    }
}
