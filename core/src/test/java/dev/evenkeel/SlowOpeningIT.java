package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** A caller whose time is over while the first connection of a pool is still being opened. */
@WithPostgres
class SlowOpeningIT {

    private final PostgresCluster cluster;

    SlowOpeningIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void isNotToldThatOthersHoldTheConnections() {
        try (FaultProxy proxy =
                FaultProxy.to(cluster.primary().host(), cluster.primary().port())) {
            ReactiveDatabaseManager db = Databases.startBehind(
                    proxy, PoolConfig.builder().minSize(0).maxSize(2).lanes(0).build());
            proxy.delay(Direction.TO_CLIENT, Duration.ofSeconds(1));

            StepVerifier.create(
                            db.query("select 1").timeout(Duration.ofMillis(200)).one(row -> 1))
                    .verifyErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(NodeUnavailableException.class)
                            .hasMessageContaining("could be opened within")
                            .hasMessageContaining("no attempt has come to an end yet"));
            proxy.delay(Direction.TO_CLIENT, Duration.ZERO);
            db.shutdown().block(PATIENCE);
        }
    }
}
