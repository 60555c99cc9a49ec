package dev.evenkeel.monitoring;

import static dev.evenkeel.monitoring.Managers.PATIENCE;
import static dev.evenkeel.monitoring.Managers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.Recommendation.Severity;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All recommendations together, over the whole cluster. */
@WithPostgres(replicas = 1, isolated = true, settings = "autovacuum_naptime=1h")
class RecommendationsIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;
    private QueryOptimizer optimizer;

    RecommendationsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary().execute("""
                        drop schema if exists shop cascade;
                        create schema shop;
                        create table shop.orders (id int primary key, customer int, state text);
                        insert into shop.orders select g, g % 2000, 'new' from generate_series(1, 60000) g;
                        create index for_reports on shop.orders (state, id);
                        create index for_nobody on shop.orders (customer, state);
                        """);
        cluster.primary().execute("vacuum analyze shop.orders");
        db = Managers.start(cluster);
        optimizer = QueryOptimizer.on(
                db,
                InsightConfig.defaults(),
                AdviceConfig.defaults()
                        .with(Threshold.UNUSED_INDEX_AGE, 0)
                        .with(Threshold.UNUSED_INDEX_BYTES, 100_000)
                        .with(Threshold.IDLE_IN_TRANSACTION, 0.1)
                        .with(Threshold.LOCK_WAIT, 0.1));
    }

    @AfterEach
    void stop() {
        optimizer.stop();
        db.shutdown().block(PATIENCE);
    }

    private List<Recommendation> found() {
        return Objects.requireNonNull(
                        optimizer.getQueryRecommendations().collectList().block(PATIENCE))
                .stream()
                // The test kit's servers run without it.
                .filter(found -> !found.rule().equals("unsafe-setting"))
                .toList();
    }

    private List<String> unused() {
        return found().stream()
                .filter(found -> found.rule().equals("unused-index"))
                .map(Recommendation::object)
                .toList();
    }

    @Test
    void anIndexThatOnlyAReplicaUsesIsNotCalledUnused() {
        assertThat(unused()).containsExactlyInAnyOrder("shop.for_reports", "shop.for_nobody");
        PostgresNode replica = cluster.replicas().get(0);
        await("the replica has the table", () -> replica.queryOne("select to_regclass('shop.orders')") != null);

        replica.queryOne("select count(*) from shop.orders where state = 'x'");
        await("its statistics", () -> unused().equals(List.of("shop.for_nobody")));
    }

    @Test
    void theMostUrgentComesFirst() throws Exception {
        db.query("select count(*) from shop.orders where id + 0 = $1 and customer = $2", 1, 2)
                .one(row -> 1)
                .block(PATIENCE);
        try (var blocker = java.sql.DriverManager.getConnection(cluster.jdbcUrl(cluster.primary()));
                var statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("lock table shop.orders in share row exclusive mode");
            var waiting = db.query("update shop.orders set state = 'old' where id = 1")
                    .rowsUpdated()
                    .toFuture();
            await(
                    "a queue",
                    () -> found().stream().anyMatch(found -> found.rule().equals("lock-queue")));

            List<Recommendation> all = found();
            assertThat(all.get(0).rule()).isEqualTo("lock-queue");
            assertThat(all.get(0).severity()).isEqualTo(Severity.CRITICAL);
            assertThat(all).extracting(Recommendation::rule).contains("idle-in-transaction", "unused-index");
            blocker.rollback();
            assertThat(waiting).succeedsWithin(PATIENCE);
        }
    }
}
