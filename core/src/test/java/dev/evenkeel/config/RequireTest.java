package dev.evenkeel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RequireTest {

    private static void isRefused(String allowed, ThrowingCallable check) {
        assertThatThrownBy(check)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("but must be " + allowed + ".");
    }

    private static Duration duration(Duration value, Duration min, Duration max) {
        return Require.between("x", value, min, max, "another one");
    }

    @Test
    void bothEndsOfARangeAreInIt() {
        Duration second = Duration.ofSeconds(1);

        assertThat(Require.between("x", 1, 1, 1, "1")).isEqualTo(1);
        assertThat(Require.between("x", 0.5, 0.5, 0.5, "0.5")).isEqualTo(0.5);
        assertThat(duration(second, second, second)).isEqualTo(second);
        assertThat(Require.atLeast("x", second, second, "another one")).isEqualTo(second);
    }

    @Test
    void theRangeIsSaidAsOneWouldTypeIt() {
        Duration hour = Duration.ofMinutes(60);

        isRefused("between 1 and 1000", () -> Require.between("x", 0, 1, 1_000, "1"));
        isRefused("between 0.01 and 1", () -> Require.between("x", Double.NaN, 0.01, 1.0, "1"));
        isRefused("between 0 and 1 h", () -> duration(Duration.ofHours(2), Duration.ZERO, hour));
        isRefused("between 1 ms and 7 d", () -> duration(Duration.ZERO, Duration.ofMillis(1), Duration.ofDays(7)));
        isRefused("between 90 s and 10 min", () -> duration(hour, Duration.ofSeconds(90), Duration.ofMinutes(10)));
        isRefused("at least 100 ms", () -> Require.atLeast("x", Duration.ZERO, Duration.ofMillis(100), "1 s"));
    }
}
