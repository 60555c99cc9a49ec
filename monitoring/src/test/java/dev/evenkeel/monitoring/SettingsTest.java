package dev.evenkeel.monitoring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SettingsTest {

    private static void isRefused(String setting, String allowed, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("'" + setting + "'")
                .hasMessageContaining("but must be " + allowed);
    }

    @Test
    void insightOutOfItsRangeIsRefused() {
        InsightConfig good = InsightConfig.defaults();

        isRefused("insight.slowThreshold", "between 1 ms and 10 min", () -> good.withSlowThreshold(Duration.ZERO));
        isRefused("insight.slowLogPerMinute", "between 0 and 10000", () -> good.withSlowLogPerMinute(-1));
        isRefused("insight.statements", "between 10 and 10000", () -> good.withStatements(9));
        isRefused("insight.window", "between 1 s and 1 h", () -> good.withWindow(Duration.ofHours(2)));
        isRefused("insight.repeats", "between 2 and 10000", () -> good.withRepeats(1));
    }

    @Test
    void alertsOutOfTheirRangeAreRefused() {
        isRefused(
                "alerts.nodeDown",
                "between 0 and 1 d",
                () -> AlertConfig.defaults().within(Duration.ofMillis(-1)));
    }

    @Test
    void aPolicyOutOfItsRangeIsRefused() {
        CancelPolicy good = CancelPolicy.defaults();

        isRefused("cancel.olderThan", "at least 100 ms", () -> good.olderThan(Duration.ofMillis(99)));
        isRefused("cancel.most", "between 1 and 1000", () -> good.most(1_001));
    }
}
