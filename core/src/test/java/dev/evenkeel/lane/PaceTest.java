package dev.evenkeel.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final Duration WAY = Duration.ofMillis(40);

    private long now = 1;
    private Pace pace = new Pace(WAY, () -> now);

    /** So many queries leave at once for a server that is idle. */
    private void served(int members, Duration eachAtTheServer) {
        long left = now;
        pace.begin();
        now += WAY.toNanos();
        for (int member = 0; member < members; member++) {
            now += eachAtTheServer.toNanos();
            pace.served();
        }
        pace.ended(members, left);
    }

    @Test
    void theWayToTheServerIsNotTheServersSlowness() {
        for (int query = 0; query < 100; query++) {
            served(1, Duration.ofNanos(100_000));
        }

        assertThat(pace.isSlow()).isFalse();
    }

    @Test
    void queriesThatTakeTheServerSomeMillisecondsAreSlowUntilQuickOnesCome() {
        for (int query = 0; query < 20; query++) {
            served(1, Duration.ofMillis(4));
        }
        assertThat(pace.isSlow()).isTrue();

        for (int query = 0; query < 6; query++) {
            served(1, Duration.ofNanos(100_000));
        }
        assertThat(pace.isSlow()).isFalse();
    }

    /** The next group is served while the first comes back: its time begins when that one ended. */
    @Test
    void groupsThatOverlapAreMeasuredFromTheEndOfTheOneBefore() {
        long left = now;
        pace.begin();
        now += WAY.toNanos();
        for (int group = 0; group < 20; group++) {
            now += Duration.ofMillis(4).toNanos();
            pace.served();
            pace.ended(1, left);
        }

        assertThat(pace.isSlow()).isTrue();
    }

    /** They come back as far apart as they have left, which says nothing of the server. */
    @Test
    void queriesThatLeaveOneAfterTheOtherOnALongWayAreNotSlow() {
        long left = now;
        pace.begin();
        for (long query = 0; query < 100; query++) {
            now = left + WAY.plusMillis(5 * query).plusNanos(100_000).toNanos();
            pace.served();
            pace.ended(1, left + Duration.ofMillis(5 * query).toNanos());
        }

        assertThat(pace.isSlow()).isFalse();
    }

    @Test
    void aPauseOfTheMachineNowAndThenIsNoSlowness() {
        for (int query = 0; query < 200; query++) {
            served(1, query % 10 == 0 ? Duration.ofMillis(12) : Duration.ofNanos(100_000));
            assertThat(pace.isSlow()).as("query %d", query).isFalse();
        }
    }

    @Test
    void whoIsOnItsWayIsNotStuck() {
        pace.begin();
        now += WAY.plus(Duration.ofMillis(25)).toNanos();
        assertThat(pace.isStuck()).isFalse();
        assertThat(pace.isStuck()).isFalse();

        now += Duration.ofMillis(10).toNanos();
        assertThat(pace.isStuck()).as("once may be a pause of ours").isFalse();
        assertThat(pace.isStuck()).isTrue();
    }
}
