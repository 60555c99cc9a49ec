package dev.evenkeel.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.Lsn;
import dev.evenkeel.ReadToken;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PositionHistoryTest {

    private final PositionHistory history = new PositionHistory();

    private void sample(long nanos, long started, long lsn) {
        Lsn position = new Lsn(lsn);
        history.add(new NodeState(
                "a", null, Role.REPLICA, false, 7, 1, started, position, position, null, Duration.ZERO, nanos, null));
    }

    private static ReadToken at(long lsn) {
        return new ReadToken(7, 1, new Lsn(lsn));
    }

    @Test
    void givesTheFirstPositionAfterTheMoment() {
        sample(10, 1, 100);
        sample(20, 1, 200);

        assertThat(history.after("a", 5)).isEqualTo(at(100));
        assertThat(history.after("a", 10)).isEqualTo(at(200));
        assertThat(history.after("a", 20)).isNull();
    }

    @Test
    void doesNotTakeThePositionOfAnotherServerForWhatWasSeenOnTheFormerOne() {
        sample(10, 1, 100);
        sample(20, 2, 50);
        sample(30, 2, 60);

        assertThat(history.after("a", 15)).isNull();
        assertThat(history.isReplacedSince("a", 15)).isTrue();
        assertThat(history.ofPrimaryAfter("a", 15)).isEqualTo(at(50));
        assertThat(history.after("a", 5)).isEqualTo(at(100));
        assertThat(history.after("a", 25)).isEqualTo(at(60));
        assertThat(history.isReplacedSince("a", 25)).isFalse();
    }
}
