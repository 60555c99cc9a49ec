package dev.evenkeel.topology;

import static dev.evenkeel.topology.Nodes.primary;
import static dev.evenkeel.topology.Nodes.replica;
import static dev.evenkeel.topology.Nodes.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.Lsn;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClusterViewTest {

    @Test
    void aReplicaThatHasReplayedAllHasNoLagHoweverOldItsLastTransactionIs() {
        NodeState replica = replica("r", 1, 500, Duration.ofHours(3));

        assertThat(view(primary("p", 1, 500), replica).lag(replica)).isZero();
    }

    @Test
    void lagIsTheAgeOfTheLastReplayedTransactionWhenLogIsMissing() {
        NodeState replica = replica("r", 1, 400, Duration.ofSeconds(3));
        ClusterView view = view(primary("p", 1, 500), replica);

        assertThat(view.lag(replica)).isEqualTo(Duration.ofSeconds(3));
        assertThat(view.lagBytes(replica)).isEqualTo(100);
    }

    @Test
    void lsnsPrintAsPostgresqlWritesThem() {
        assertThat(new Lsn(0x16_B374D848L)).hasToString("16/B374D848");
    }

    @Test
    void aPositionBehindAPageHeaderIsTheEndOfTheRecordBeforeIt() {
        long page = 8192;
        long segment = 16 << 20;
        assertThat(Lsn.ofInsertPosition(5 * page + 24, page, segment)).isEqualTo(new Lsn(5 * page));
        assertThat(Lsn.ofInsertPosition(3 * segment + 40, page, segment)).isEqualTo(new Lsn(3 * segment));
        assertThat(Lsn.ofInsertPosition(5 * page + 32, page, segment)).isEqualTo(new Lsn(5 * page + 32));
    }

    @Test
    void lsnsCompareAsUnsignedNumbers() {
        assertThat(new Lsn(-1).reaches(new Lsn(1))).isTrue();
    }
}
