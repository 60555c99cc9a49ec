package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.postgresql.client.TransactionStatus;
import org.junit.jupiter.api.Test;

class PendingBeginTest {

    private final PendingBegin pending = new PendingBegin(() -> TransactionStatus.IDLE);

    @Test
    void whatIsAnnouncedLeavesWithTheNextStatement() {
        Begin begin = BeginOfSpi.plain(new Traffic());
        pending.announce(begin);

        pending.inFrontOf(first -> assertThat(first).isSameAs(begin));

        assertThat(pending.isAnnounced()).isFalse();
        assertThat(pending.isUnderWay()).isTrue();
    }

    /** A caller who goes away while his transaction begins on another thread: its lease may be over before that gets there. */
    @Test
    void whatIsAnnouncedForALeaseThatIsOverIsNotLeftForTheNextOneRegression() {
        Traffic gone = new Traffic();
        gone.close();
        pending.forget();

        pending.announce(BeginOfSpi.plain(gone));

        assertThat(pending.isAnnounced()).isFalse();
    }

    @Test
    void onlyItsOwnLeaseWithdrawsIt() {
        Traffic owner = new Traffic();
        Begin begin = BeginOfSpi.plain(owner);
        pending.announce(begin);

        assertThat(pending.withdraw(new Traffic())).isNull();
        assertThat(pending.withdraw(owner)).isSameAs(begin);
        assertThat(pending.isAnnounced()).isFalse();
    }
}
