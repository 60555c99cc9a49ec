package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ConnectionLostException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.event.TopologyEvent.NodeQuarantined;
import dev.evenkeel.event.TopologyEvent.PrimaryElected;
import dev.evenkeel.event.TopologyEvent.PrimaryLost;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.NodeRole;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The primary goes away in every way there is, while callers read and write. */
@WithPostgres(replicas = 2, isolated = true)
class FailoverIT {

    private static final Logger log = LoggerFactory.getLogger("figures");

    /** For the long campaign: {@code -Devenkeel.test.switchovers=20}. */
    private static final int SWITCHOVERS = Integer.getInteger("evenkeel.test.switchovers", 2);

    /** What happened and when, in nanoseconds. */
    private record Heard(TopologyEvent event, long nanos) {}

    private final PostgresCluster cluster;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
    private ReactiveDatabaseManager db;

    FailoverIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void prepare(LeakCheck leaks) {
        cluster.primary().execute(Load.TABLE);
        cluster.awaitReplayed(PATIENCE);
        leaks.watch("leased connections", () -> db == null ? 0 : db.metrics().leased());
        leaks.watch("waiting callers", () -> db == null ? 0 : db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        if (db != null) {
            db.shutdown().block(PATIENCE);
        }
    }

    private DatabaseListener recorder() {
        return new DatabaseListener() {
            @Override
            public void onTopologyChanged(TopologyEvent event) {
                heard.add(new Heard(event, System.nanoTime()));
            }
        };
    }

    /** With the defaults of a production system, but for the size of the pool. */
    private void start(MonitoringConfig monitoring, boolean throughProxies) {
        start(monitoring, throughProxies, PoolConfig.defaults().maxSize());
    }

    private void start(MonitoringConfig monitoring, boolean throughProxies, int connections) {
        DatabaseConfig.Builder config = DatabaseConfig.builder()
                .monitoring(monitoring)
                .pool(PoolConfig.builder()
                        .minSize(Math.min(connections, 5))
                        .maxSize(connections)
                        .build())
                .callTimeout(Duration.ofSeconds(15))
                .listener(recorder());
        List<String> urls = cluster.nodes().stream()
                .map(node -> throughProxies ? cluster.proxyUrl(node) : cluster.url(node))
                .toList();
        config.primary(urls.get(0));
        urls.stream().skip(1).forEach(config::replica);
        db = Databases.start(config.build());
    }

    private Duration until(Class<? extends TopologyEvent> kind, PostgresNode node, long since) {
        await(kind.getSimpleName() + " of " + node, () -> find(kind, node, since) != null);
        return Duration.ofNanos(find(kind, node, since).nanos() - since);
    }

    private Heard find(Class<? extends TopologyEvent> kind, PostgresNode node, long since) {
        String suffix = ":" + node.port();
        return heard.stream()
                .filter(one -> kind.isInstance(one.event()) && one.nanos() - since > 0)
                .filter(one -> one.event().node().endsWith(suffix)
                        || one.event().node().endsWith(":" + cluster.proxy(node).port()))
                .findFirst()
                .orElse(null);
    }

    /** Under load the other replica may have got further than the promoted one, and then it cannot follow it. */
    private void recloneOthers() {
        cluster.nodes().stream().filter(node -> node != cluster.primary()).forEach(cluster::reclone);
    }

    private void figure(String what, Object value) {
        log.info("{}: {}", what, value);
    }

    @Test
    void aKilledPrimaryIsReplacedAndNothingAcknowledgedIsDoubled() {
        start(MonitoringConfig.defaults(), false);
        PostgresNode old = cluster.primary();
        PostgresNode next = cluster.replicas().get(0);
        Load load = Load.start(db, 4, 4);
        load.nextWrite();
        cluster.awaitReplayed(PATIENCE);

        long killed = System.nanoTime();
        cluster.kill(old);
        figure("hard kill noticed after", until(PrimaryLost.class, old, killed));
        cluster.promote(next);
        long promoted = System.nanoTime();
        figure("first good write after promotion", load.nextWrite());
        figure(
                "elected after promotion",
                Duration.ofNanos(find(PrimaryElected.class, next, killed).nanos() - promoted));

        load.nextWrite();
        load.stop();
        assertThat(load.failedReads()).isEmpty();
        assertThat(load.failedWrites()).allMatch(error -> error instanceof CommitOutcomeUnknownException);
        assertThat(load.failedWrites()).hasSizeLessThanOrEqualTo(load.writers());
        assertThat(Load.doubledOn(next)).isEmpty();
        recloneOthers();
    }

    @Test
    void aPlannedSwitchoverCostsNoReadAndAtMostTheWritesInFlight() {
        start(MonitoringConfig.defaults(), false);
        Load load = Load.start(db, 4, 4);
        load.nextWrite();
        for (int i = 0; i < SWITCHOVERS; i++) {
            PostgresNode old = cluster.primary();
            PostgresNode next = cluster.replicas().get(0);
            int before = load.failedWrites().size();
            cluster.stop(old);
            cluster.promote(next);
            figure("first good write after promotion", load.nextWrite());
            cluster.rejoin(old);
            load.nextWrite();
            assertThat(load.failedWrites().size() - before).isLessThanOrEqualTo(load.writers());
        }
        load.stop();

        figure(
                "failed writes in %d switchovers".formatted(SWITCHOVERS),
                load.failedWrites().size());
        figure("reads", load.reads());
        assertThat(load.failedReads()).isEmpty();
        assertThat(load.missingOn(cluster.primary())).isEmpty();
        assertThat(Load.doubledOn(cluster.primary())).isEmpty();
    }

    @Test
    void aHungPrimaryThatComesBackIsNeverWrittenToAgain() {
        start(MonitoringConfig.defaults(), false);
        PostgresNode old = cluster.primary();
        PostgresNode next = cluster.replicas().get(0);
        Load load = Load.start(db, 4, 4);
        load.nextWrite();
        cluster.awaitReplayed(PATIENCE);

        long hung = System.nanoTime();
        cluster.hang(old);
        figure("hang noticed after", until(PrimaryLost.class, old, hung));
        cluster.promote(next);
        figure("first good write after promotion", load.nextWrite());
        long resumed = System.nanoTime();
        cluster.resume(old);
        until(NodeQuarantined.class, old, resumed);
        load.nextWrite();
        load.stop();

        assertThat(load.failedReads()).isEmpty();
        assertThat(old.queryAll("select id from written where id not in (select id from written order by id limit 0)")
                        .size())
                .isPositive();
        assertThat(old.queryOne(
                        "select count(*) from written where xmin::text::bigint > (select max(xmin::text::bigint)"
                                + " from written) "))
                .isEqualTo("0");
        assertThat(TimelineOrder.violations(load.acknowledged(), Map.of())).isEmpty();
        assertThat(Load.doubledOn(next)).isEmpty();
        recloneOthers();
    }

    @Test
    void aBlackholedPrimaryIsNoticedInTime() {
        start(MonitoringConfig.defaults(), true);
        PostgresNode old = cluster.primary();
        long cut = System.nanoTime();
        cluster.proxy(old).blackhole();
        figure("blackhole noticed after, defaults", until(PrimaryLost.class, old, cut));
        cluster.proxy(old).heal();
        until(PrimaryElected.class, old, cut);
    }

    @Test
    void aBlackholedPrimaryIsNoticedSoonerWithAggressiveProbes() {
        start(MonitoringConfig.aggressive(), true);
        PostgresNode old = cluster.primary();
        long cut = System.nanoTime();
        cluster.proxy(old).blackhole();
        figure("blackhole noticed after, aggressive", until(PrimaryLost.class, old, cut));
        cluster.proxy(old).heal();
        until(PrimaryElected.class, old, cut);
    }

    @Test
    void callsOnAHungPrimaryEndByTheirDeadlineAndWorkAgainWhenItResumes() {
        start(MonitoringConfig.defaults(), false);
        PostgresNode primary = cluster.primary();
        cluster.hang(primary);
        try {
            StepVerifier.create(db.query("insert into written values (1)")
                            .timeout(Duration.ofSeconds(1))
                            .rowsUpdated())
                    .expectError(DatabaseException.class)
                    .verify(Duration.ofSeconds(3));
        } finally {
            cluster.resume(primary);
        }
        assertThat(db.query("insert into written values (2)").rowsUpdated().block(PATIENCE))
                .isEqualTo(1);
        assertThat(primary.queryOne("select count(*) from written where id = 1"))
                .isIn("0", "1");
    }

    @Test
    void aPrimaryThatTurnsReadOnlyGetsNoMoreWritesAndTheyWait() {
        start(MonitoringConfig.defaults(), false);
        PostgresNode primary = cluster.primary();
        Load load = Load.start(db, 4, 0);
        load.nextWrite();
        Set<String> before = sessions(primary);

        primary.execute("alter system set default_transaction_read_only = on");
        long demoted = System.nanoTime();
        primary.execute("select pg_reload_conf()");
        figure("demotion noticed after", until(PrimaryLost.class, primary, demoted));
        await("no session of before is left but the probe's", () -> {
            Set<String> left = new HashSet<>(before);
            left.retainAll(sessions(primary));
            return left.size() <= 1;
        });
        figure(
                "connections to it gone after that was noticed",
                Duration.ofNanos(System.nanoTime()
                        - find(PrimaryLost.class, primary, demoted).nanos()));
        primary.execute("alter system reset default_transaction_read_only");
        primary.execute("select pg_reload_conf()");
        load.nextWrite();
        load.stop();

        assertThat(load.failedWrites()).isEmpty();
    }

    private static Set<String> sessions(PostgresNode node) {
        return Set.copyOf(node.queryAll("select pid from pg_stat_activity where application_name = 'evenkeel'"));
    }

    @Test
    void aStreamThatLosesItsServerEndsWithAnErrorAndNotAsIfItWereComplete() {
        start(MonitoringConfig.defaults(), false);
        PostgresNode old = cluster.primary();

        try {
            // In the list of columns the server makes the rows one by one; in FROM it would make all of them first.
            StepVerifier.create(
                            db.query("select generate_series(1, 10000000)")
                                    .timeout(Duration.ofMinutes(1))
                                    .map(row -> row.get(0, Integer.class)),
                            1)
                    .expectNext(1)
                    .then(() -> cluster.kill(old))
                    .thenRequest(Long.MAX_VALUE)
                    .thenConsumeWhile(row -> true)
                    .verifyError(ConnectionLostException.class);
        } finally {
            cluster.restart(old);
        }
        assertThat(db.query("select 1").one(row -> row.get(0, Integer.class)).block(PATIENCE))
                .isEqualTo(1);
    }

    @Test
    void aCrashOfOneBackendIsOverAsSoonAsTheServerHasRecovered() {
        start(MonitoringConfig.defaults(), false);
        PostgresNode primary = cluster.primary();
        Load load = Load.start(db, 4, 4);
        load.nextWrite();

        Mono<Integer> pid = db.query("select pg_backend_pid()").one(row -> row.get(0, Integer.class));
        long crashed = System.nanoTime();
        ProcessHandle.of(pid.block(PATIENCE)).orElseThrow().destroyForcibly();
        await("the server has recovered", () -> primary.role() == NodeRole.PRIMARY);
        long recovered = System.nanoTime();
        figure("recovery from the crash of a backend", Duration.ofNanos(recovered - crashed));
        figure("first good write after the recovery", load.nextWrite());
        load.stop();

        assertThat(load.failedReads()).isEmpty();
        assertThat(load.failedWrites()).allMatch(error -> error instanceof CommitOutcomeUnknownException);
        assertThat(load.missingOn(primary)).isEmpty();
        assertThat(Load.doubledOn(primary)).isEmpty();
    }

    @Test
    void ofTwoPrimariesTheOneThatWasPromotedLastGetsAllWrites() {
        start(MonitoringConfig.defaults(), false);
        PostgresNode old = cluster.primary();
        PostgresNode next = cluster.replicas().get(0);
        Load load = Load.start(db, 4, 0);
        load.nextWrite();
        cluster.awaitReplayed(PATIENCE);

        long promoted = System.nanoTime();
        cluster.promote(next);
        until(PrimaryElected.class, next, promoted);
        load.nextWrite();
        String rowsOnTheOldOne = old.queryOne("select count(*) from written");
        load.nextWrite();
        load.nextWrite();
        load.stop();

        assertThat(old.queryOne("select count(*) from written")).isEqualTo(rowsOnTheOldOne);
        assertThat(Load.doubledOn(next)).isEmpty();
        recloneOthers();
    }

    /** They wait in the queue of its pool, and it lives on and would take their writes. */
    @Test
    void callsThatWaitForAConnectionToAFormerPrimaryAreMadeOnTheNewOne() {
        PostgresNode next = cluster.replicas().get(0);
        start(MonitoringConfig.defaults(), false, 2);
        Load load = Load.start(db, 40, 0);
        await("callers queue", () -> db.metrics().waiting() > 30);
        load.nextWrite();

        long promoted = System.nanoTime();
        cluster.promote(next);
        until(PrimaryElected.class, next, promoted);
        load.nextWrite();
        load.nextWrite();
        load.stop();

        assertThat(TimelineOrder.violations(load.acknowledged(), Map.of())).isEmpty();
        assertThat(load.failedWrites()).allMatch(error -> error instanceof CommitOutcomeUnknownException);
        assertThat(Load.doubledOn(next)).isEmpty();
        recloneOthers();
    }

    @Test
    void theLossOfAllReplicasIsNotNoticedByTheirReaders() {
        start(MonitoringConfig.defaults(), false);
        Load load = Load.start(db, 2, 4);
        load.nextWrite();
        List<PostgresNode> replicas = cluster.replicas();

        replicas.forEach(cluster::kill);
        int reads = load.reads();
        await("readers go on", () -> load.reads() > reads + 100);
        replicas.forEach(cluster::restart);
        load.stop();

        assertThat(load.failedReads()).isEmpty();
        assertThat(load.failedWrites()).isEmpty();
    }
}
