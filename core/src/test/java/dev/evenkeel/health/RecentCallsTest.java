package dev.evenkeel.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.DatabaseMetrics.Latency;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentCallsTest {

    private final RecentCalls calls = new RecentCalls();

    @Test
    void isAllZeroBeforeTheFirstCall() {
        assertThat(calls.recent()).isEqualTo(calls.total());
        assertThat(calls.recent().count()).isZero();
        assertThat(calls.recent().mean()).isZero();
        assertThat(calls.recentErrorRate()).isZero();
    }

    @Test
    void tellsPercentilesWithinAPercent() {
        for (int i = 1; i <= 1000; i++) {
            calls.record(Duration.ofMillis(i), i % 4 == 0);
        }

        Latency recent = calls.recent();
        assertThat(recent.count()).isEqualTo(1000);
        assertThat(recent.p50().toMillis()).isBetween(495L, 505L);
        assertThat(recent.p95().toMillis()).isBetween(940L, 960L);
        assertThat(recent.p99().toMillis()).isBetween(980L, 1000L);
        assertThat(recent.max().toMillis()).isBetween(990L, 1010L);
        assertThat(calls.recentErrorRate()).isEqualTo(0.25);
    }

    @Test
    void readingDoesNotTakeAnythingAway() {
        calls.record(Duration.ofMillis(3), false);

        assertThat(calls.recent()).isEqualTo(calls.recent());
        assertThat(calls.total().count()).isOne();
    }

    @Test
    void countsACallOfMoreThanAnHourAsOneOfAnHour() {
        calls.record(Duration.ofDays(1), false);

        assertThat(calls.total().max()).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
    }
}
