package dev.evenkeel.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownTest {

    @Test
    void dividesTheSubjectByEachOfTheOthersWithTheSpread() {
        assertThat(Markdown.of(Reports.sample(), ""))
                .contains("| workload | in flight | plain & <old> | other |")
                .contains("| select | 10 | **2.50** 2.00..3.00 | **6.00** 5.00..8.00 |")
                .contains("| stream | 1 | **0.80** 0.70..0.90 | – |");
    }

    @Test
    void hasALineForEachSeries() {
        assertThat(Markdown.of(Reports.sample(), "").lines().filter(line -> line.startsWith("| select | 10 | ")))
                .hasSize(4)
                .contains(
                        "| select | 10 | Evenkeel | 3,000.0 | 2.50 | 2.00..3.00 | 250 µs | 31.0 ms | 12.3 µs | 1,500 | 0 |");
    }

    @Test
    void hasTheLiveHeapOfTheStream() {
        assertThat(Markdown.of(Reports.sample(), "")).contains("| Evenkeel | 4.00 MB | 9.00 MB |");
    }

    @Test
    void showsTheChartWhereThereIsOne() {
        assertThat(Markdown.of(Reports.sample(), "p/chart.svg")).contains("](p/chart.svg)");
        assertThat(Markdown.of(Reports.sample(), "")).doesNotContain("](");
    }

    @Test
    void saysSoWhereOperationsFailed() {
        Series broken = new Series("select", 10, Reports.SUBJECT, List.of(Sample.failed("it broke")));

        assertThat(Markdown.of(Reports.of(Reports.series("select", 10, Reports.BASELINE, 9), broken), ""))
                .contains("| select | 10 | Evenkeel | 0.0 | 0.00 | 0.00..0.00 | – | – | – | – | **1** |")
                .contains("**Errors** of Evenkeel, select, 10 in flight: it broke")
                .doesNotContain("NaN", "Infinity");
    }

    @Test
    void comparesNobodyWhereTheSubjectDoesNotTakePart() {
        assertThat(Markdown.of(Reports.of(Reports.series("select", 10, Reports.BASELINE, 9)), ""))
                .doesNotContain("divided by")
                .contains("| select | 10 | plain & <old> | 9.0 | 1.00 |");
    }
}
