package dev.evenkeel.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {

    @Test
    void comparesRoundByRoundAndNotItsMedians() {
        Series one = Reports.series("w", 1, "a", 100, 400, 90);
        Series other = Reports.series("w", 1, "b", 50, 100, 30);

        assertThat(one.ratioTo(other)).isEqualTo(new Spread(2, 3, 4));
    }

    @Test
    void addsUpErrorsAndShowsTheFirst() {
        Series series = new Series(
                "w",
                1,
                "a",
                List.of(
                        Reports.series("w", 1, "a", 5).samples().get(0),
                        Sample.failed("broken"),
                        Sample.failed("again")));

        assertThat(series.errors()).isEqualTo(2);
        assertThat(series.firstError()).isEqualTo("broken");
    }
}
