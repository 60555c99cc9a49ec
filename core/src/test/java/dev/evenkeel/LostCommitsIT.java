package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.event.TopologyEvent.CommitsLost;
import dev.evenkeel.event.TopologyEvent.LostCommit;
import dev.evenkeel.event.TopologyEvent.PrimaryElected;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replication does not wait for the replica, and the replica is promoted without the last writes. */
@WithPostgres(replicas = 1, isolated = true)
class LostCommitsIT {

    private static final TransactionOptions ONCE =
            TransactionOptions.builder().exactlyOnce().build();

    private final PostgresCluster cluster;
    private final Queue<TopologyEvent> events = new ConcurrentLinkedQueue<>();
    private ReactiveDatabaseManager db;
    private PostgresNode old;
    private PostgresNode next;

    LostCommitsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        old = cluster.primary();
        next = cluster.replicas().get(0);
        old.execute("drop table if exists written, evenkeel_commit; create table written (id int)");
        old.execute(TransactionOptions.MARKER_TABLE);
        cluster.awaitReplayed(PATIENCE);
        db = Databases.start(
                cluster,
                config -> config.monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMillis(50)))
                        .listener(new DatabaseListener() {
                            @Override
                            public void onTopologyChanged(TopologyEvent event) {
                                events.add(event);
                            }
                        }));
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
        cluster.reclone(old);
    }

    private void write(TransactionOptions options, int id) {
        db.inTransaction(
                        options,
                        conn -> db.query("insert into written values ($1)", id)
                                .on(conn)
                                .rowsUpdated())
                .block(PATIENCE);
    }

    private TransactionOptions named(int id) {
        return TransactionOptions.builder().exactlyOnce().label("order " + id).build();
    }

    private void loseTheReplicationThenThePrimary(Runnable lateWrites) {
        old.execute("alter system set max_wal_senders = 0");
        next.execute("alter system set primary_conninfo = 'host=127.0.0.1 port=1'");
        next.execute("select pg_reload_conf()");
        await(
                "replication has ended",
                () -> old.queryOne("select count(*) from pg_stat_replication").equals("0"));
        old.execute("alter system reset max_wal_senders");
        lateWrites.run();
        cluster.kill(old);
        cluster.promote(next);
    }

    private <T extends TopologyEvent> T heard(Class<T> kind) {
        await(kind.getSimpleName(), () -> events.stream().anyMatch(kind::isInstance));
        return events.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    @Test
    void namesExactlyTheMarkedTransactionsThatTheNewPrimaryLacks() {
        for (int id = 1; id <= 20; id++) {
            write(named(id), id);
        }
        cluster.awaitReplayed(PATIENCE);

        loseTheReplicationThenThePrimary(() -> {
            for (int id = 21; id <= 30; id++) {
                write(named(id), id);
            }
        });

        CommitsLost report = heard(CommitsLost.class);
        assertThat(report.node()).endsWith(":" + next.port());
        List<String> missing = next.queryAll("select 'order ' || g from generate_series(1, 30) g"
                + " where not exists (select from written where id = g)");
        assertThat(report.lost()).extracting(LostCommit::label).containsExactlyInAnyOrderElementsOf(missing);
        assertThat(missing).hasSize(10);
        assertThat(report.possiblyLost()).isEmpty();
    }

    @Test
    void namesWritesWithoutAMarkerAsPossiblyLost() {
        db.query("insert into written values (1)").label("early").rowsUpdated().block(PATIENCE);
        cluster.awaitReplayed(PATIENCE);
        db.readToken().block(PATIENCE);

        loseTheReplicationThenThePrimary(() -> db.query("insert into written values (2)")
                .label("late")
                .rowsUpdated()
                .block(PATIENCE));

        CommitsLost report = heard(CommitsLost.class);
        assertThat(report.lost()).isEmpty();
        assertThat(report.possiblyLost())
                .extracting(LostCommit::label)
                .contains("late")
                .doesNotContain("early");
    }

    @Test
    void saysNothingWhenNothingWasLost() {
        write(ONCE, 1);
        db.readToken().block(PATIENCE);
        cluster.stop(old);
        cluster.promote(next);

        heard(PrimaryElected.class);
        write(ONCE, 2);

        assertThat(events).noneMatch(CommitsLost.class::isInstance);
    }
}
