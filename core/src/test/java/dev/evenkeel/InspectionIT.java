package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** A session beside the pools ends, and leaves nothing behind on the server, however it comes to its end. */
@WithPostgres(replicas = 1)
class InspectionIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    InspectionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder()
                        .minSize(0)
                        .connectTimeout(Duration.ofSeconds(4))
                        .build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Flux<String> asked(PostgresNode node, String sql) {
        return db.inspect(
                "%s:%d".formatted(node.host(), node.port()),
                connection -> Flux.from(connection.createStatement(sql).execute())
                        .concatMap(result -> result.map(row -> String.valueOf(row.get(0)))));
    }

    private boolean isAsleep() {
        return !cluster.primary()
                .queryOne("select count(*) from pg_stat_activity"
                        + " where application_name like '%:inspect' and state = 'active' and query like '%pg_sleep%'")
                .equals("0");
    }

    private void nothingIsLeft() {
        await(
                "its session is over",
                () -> cluster.primary()
                        .queryOne("select count(*) from pg_stat_activity where application_name like '%:inspect'")
                        .equals("0"));
    }

    @Test
    void aStatementThatTakesTooLongIsStoppedOnTheServer() {
        assertThatThrownBy(() -> asked(cluster.primary(), "select pg_sleep(60)")
                        .contextWrite(CallContext.timeout(Duration.ofMillis(500)))
                        .blockLast(PATIENCE))
                .isInstanceOfSatisfying(DeadlineExceededException.class, late -> {
                    assertThat(late.getMessage()).contains("PT0.5S");
                    assertThat(late.suggestions()).isNotEmpty();
                });

        nothingIsLeft();
    }

    @Test
    void aCancelStopsTheStatementOnTheServer() {
        Disposable asking = asked(cluster.primary(), "select pg_sleep(60)").subscribe();
        await("it runs", this::isAsleep);

        asking.dispose();

        nothingIsLeft();
    }

    @Test
    void aServerThatHangsIsAFailureToConnect() {
        PostgresNode replica = cluster.replicas().get(0);
        cluster.hang(replica);
        try {
            assertThatThrownBy(() -> asked(replica, "select 1").blockLast(PATIENCE))
                    .isInstanceOf(NodeUnavailableException.class)
                    .hasMessageContaining(String.valueOf(replica.port()));
        } finally {
            cluster.resume(replica);
        }
    }

    @Test
    void anErrorOfTheServerEndsTheSession() {
        assertThatThrownBy(() -> asked(cluster.primary(), "select 1 / 0").blockLast(PATIENCE))
                .isInstanceOf(QueryFailedException.class);

        nothingIsLeft();
    }

    @Test
    void anErrorOfTheWorkStaysWhatItIs() {
        String primary =
                "%s:%d".formatted(cluster.primary().host(), cluster.primary().port());
        IllegalStateException own = new IllegalStateException("own");

        assertThatThrownBy(
                        () -> db.inspect(primary, connection -> Flux.error(own)).blockLast(PATIENCE))
                .isSameAs(own);

        nothingIsLeft();
    }
}
