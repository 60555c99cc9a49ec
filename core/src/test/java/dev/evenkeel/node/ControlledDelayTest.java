package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ControlledDelayTest {

    private static final long TARGET = Duration.ofMillis(50).toNanos();
    private static final long INTERVAL = ControlledDelay.INTERVAL.toNanos();

    private final ControlledDelay delay = new ControlledDelay(Duration.ofNanos(TARGET));

    @Test
    void letsABurstPassHoweverLongItsLastHaveWaited() {
        assertThat(delay.sheds(0, 0)).isFalse();
        for (long now = 0; now < INTERVAL; now += TARGET) {
            assertThat(delay.sheds(now, now)).isFalse();
        }
    }

    @Test
    void sendsAwayWhoeverHasWaitedTwiceTheTargetOnceTheQueueStands() {
        delay.sheds(0, 2 * TARGET);

        assertThat(delay.sheds(INTERVAL - 1, 10 * TARGET)).isFalse();
        assertThat(delay.sheds(INTERVAL, 10 * TARGET)).isTrue();
        assertThat(delay.sheds(INTERVAL + 1, 2 * TARGET)).isFalse();
    }

    @Test
    void forgetsTheStandingQueueAsSoonAsSomebodyIsServedInTime() {
        delay.sheds(0, 2 * TARGET);
        assertThat(delay.sheds(INTERVAL, 10 * TARGET)).isTrue();

        delay.sheds(INTERVAL + 1, TARGET);

        assertThat(delay.sheds(INTERVAL + 2, 10 * TARGET)).isFalse();
        assertThat(delay.sheds(2 * INTERVAL, 10 * TARGET)).isFalse();
        assertThat(delay.sheds(2 * INTERVAL + 2, 10 * TARGET)).isTrue();
    }

    @Test
    void isNotAlarmedByTheFirstWhoIsServedAfterALongSilence() {
        delay.sheds(0, 0);

        assertThat(delay.sheds(100 * INTERVAL, 50 * INTERVAL)).isFalse();
    }
}
