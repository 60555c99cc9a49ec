package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.testkit.PostgresCluster;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Customers who come by themselves. */
class SampleTrafficIT {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String PLACED = "select count(*) from orders where id > 1000000";
    private static final String BLOCKED = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
            + " and query like 'update stock%' and cardinality(pg_blocking_pids(pid)) > 0";

    private ConfigurableApplicationContext shop;
    private PostgresCluster cluster;
    private SampleTraffic traffic;

    @BeforeEach
    void open() {
        shop = new SpringApplication(OrdersApplication.class).run("--server.port=0", "--shop.load=20");
        cluster = shop.getBean(PostgresCluster.class);
        cluster.primary().execute("create extension if not exists pg_stat_statements");
        traffic = shop.getBean(SampleTraffic.class);
    }

    @AfterEach
    void close() {
        shop.close();
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(PATIENCE);
    }

    private long number(String sql) {
        return Long.parseLong(cluster.primary().queryOne(sql));
    }

    private long readsOnReplicas() {
        return cluster.replicas().stream()
                .mapToLong(
                        replica -> Long.parseLong(
                                replica.queryOne(
                                        "select coalesce(sum(calls), 0) from pg_stat_statements where query ilike 'select%from products%'")))
                .sum();
    }

    @Test
    void readAndBuyAndNowAndThenOneWaitsUntilTheyAreToldToStop() {
        long start = System.nanoTime();
        await("orders").until(() -> number(PLACED) >= 10);
        // One visit in ten buys.
        assertThat(number(PLACED) * 10)
                .as("visits")
                .isLessThanOrEqualTo(
                        20 * (Duration.ofNanos(System.nanoTime() - start).toSeconds() + 10));
        await("reads on replicas").until(() -> readsOnReplicas() >= 20);
        await("somebody waits for the count").until(() -> number(BLOCKED) == 1);

        traffic.stop();

        ReactiveDatabaseManager db = shop.getBean(ReactiveDatabaseManager.class);
        await("nobody is served").until(() -> db.metrics().leased() == 0);
        long placed = number(PLACED);
        await("nobody comes").during(Duration.ofSeconds(2)).until(() -> number(PLACED) == placed);
        assertThat(traffic.isRunning()).isFalse();
    }

    @Test
    void doNotKeepTheShopFromClosing() {
        await("orders").until(() -> number(PLACED) >= 3);

        long start = System.nanoTime();
        shop.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(traffic.isRunning()).isFalse();
    }
}
