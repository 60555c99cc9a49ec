package dev.evenkeel.monitoring;

import static dev.evenkeel.monitoring.Managers.PATIENCE;
import static dev.evenkeel.monitoring.Managers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.monitoring.Alert.State;
import dev.evenkeel.monitoring.Recommendation.Severity;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** From a fault of the cluster to the alert and back. */
@WithPostgres(replicas = 1, isolated = true)
class HealthMonitorIT {

    private static final AlertConfig QUICK =
            AlertConfig.defaults().within(Duration.ofMillis(200)).without("slow-responses", "calls-refused");

    private final PostgresCluster cluster;
    private final List<Alert> alerts = new CopyOnWriteArrayList<>();
    private ReactiveDatabaseManager db;
    private HealthMonitor monitor;

    HealthMonitorIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Managers.start(
                cluster,
                config -> config.monitoring(MonitoringConfig.defaults()
                        .withProbeInterval(Duration.ofMillis(50))
                        .withHealthInterval(Duration.ofMillis(50))));
        monitor = HealthMonitor.on(db, QUICK);
        monitor.alertOnIssues(alert -> Mono.fromRunnable(() -> alerts.add(alert)));
    }

    @AfterEach
    void stop() {
        monitor.stopMonitoring();
        db.shutdown().block(PATIENCE);
    }

    private boolean told(String rule, State state) {
        return alerts.stream().anyMatch(alert -> alert.rule().equals(rule) && alert.state() == state);
    }

    @Test
    void aReplicaThatIsKilledIsAnAlertAndItsReturnTheEndOfIt() {
        PostgresNode replica = cluster.replicas().get(0);
        monitor.startMonitoring();
        monitor.startMonitoring();
        cluster.kill(replica);
        await("the alert", () -> told("node-down", State.FIRING));
        assertThat(alerts.get(0).object()).isEqualTo(Managers.name(replica));
        HealthSnapshot down = Objects.requireNonNull(monitor.getHealthStatus().block(PATIENCE));
        assertThat(down.status()).isEqualTo(HealthStatus.DEGRADED);
        assertThat(down.checks().connectivity().reason()).contains(Managers.name(replica));
        assertThat(down.recommendations().toString()).contains("Look at the server");

        cluster.restart(replica);
        await("the end", () -> told("node-down", State.RESOLVED));
        assertThat(alerts).filteredOn(alert -> alert.rule().equals("node-down")).hasSize(2);
        assertThat(Objects.requireNonNull(monitor.performHealthCheck().block(PATIENCE))
                        .status())
                .isEqualTo(HealthStatus.HEALTHY);
    }

    @Test
    void aPoolWithoutAFreeConnectionIsAnAlert_andASinkThatFailsDisturbsNobody() {
        monitor.alertOnIssues(alert -> Mono.error(new IllegalStateException("broken on purpose")));
        monitor.startMonitoring();
        Disposable load = Flux.range(0, 6)
                .flatMap(i -> db.query("select pg_sleep(60)").one(row -> i))
                .onErrorComplete()
                .subscribe();
        await("the alert", () -> told("pool-exhausted", State.FIRING));
        load.dispose();
        await("the end", () -> told("pool-exhausted", State.RESOLVED));
    }

    @Test
    void nothingIsDoneWhileNobodyListensAndAllIsSharedWhenSomebodyDoes() {
        AtomicInteger contributed = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        monitor.contribute(Flux.just(List.of(new Recommendation(
                        "made-up", Severity.INFO, "x", "A made-up finding", Map.of(), "None", List.of("select 1"))))
                .concatWith(Flux.never())
                .doOnSubscribe(begun -> contributed.incrementAndGet())
                .doOnCancel(ended::incrementAndGet));
        assertThat(contributed).hasValue(0);

        List<HealthSnapshot> first = new CopyOnWriteArrayList<>();
        Disposable one = monitor.health().subscribe(first::add);
        await("a snapshot", () -> !first.isEmpty());
        HealthSnapshot known = Objects.requireNonNull(monitor.health().blockFirst(PATIENCE));
        assertThat(known.recommendations())
                .anyMatch(text -> text.contains("A made-up finding") && text.contains("select 1"));
        assertThat(contributed).hasValue(1);
        one.dispose();
        await("the end", () -> ended.get() == 1);
        assertThat(Objects.requireNonNull(monitor.getPerformanceMetrics().block(PATIENCE))
                        .errorRate())
                .isZero();
    }
}
