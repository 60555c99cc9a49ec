package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@WithPostgres(replicas = 2, isolated = true)
class ReplicaIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    ReplicaIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary().execute("drop table if exists t; create table t (v int)");
        cluster.awaitReplayed(PATIENCE);
        db = Databases.start(cluster);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Mono<Integer> servedBy(Query query) {
        return query.one(row -> row.get(0, Integer.class));
    }

    private Query port() {
        return db.query("select inet_server_port()");
    }

    private Set<Integer> replicaPorts() {
        Set<Integer> ports = new HashSet<>();
        cluster.replicas().forEach(replica -> ports.add(replica.port()));
        return ports;
    }

    @Test
    void findsOutRolesWhateverTheServersWereCalled() {
        ReactiveDatabaseManager mixedUp = Databases.start(DatabaseConfig.builder()
                .primary(cluster.url(cluster.replicas().get(0)))
                .replica(cluster.url(cluster.primary()))
                .build());

        HealthSnapshot health = mixedUp.healthCheck().block(PATIENCE);

        assertThat(health.nodes()).extracting(HealthSnapshot.Node::role).containsExactly(Role.REPLICA, Role.PRIMARY);
        mixedUp.shutdown().block(PATIENCE);
    }

    @Test
    void sendsUndeclaredStatementsToThePrimary() {
        assertThat(servedBy(port()).block(PATIENCE)).isEqualTo(cluster.primary().port());
        assertThat(servedBy(port().readOnly(ReadConsistency.STRONG)).block(PATIENCE))
                .isEqualTo(cluster.primary().port());
    }

    @Test
    void spreadsConcurrentReadsOverTheReplicas() {
        Query read = db.query("select inet_server_port() from pg_sleep(0.05)");

        List<Integer> ports = Flux.range(0, 8)
                .flatMap(i -> servedBy(read.readOnly(ReadConsistency.EVENTUAL)))
                .collectList()
                .block(PATIENCE);

        assertThat(new HashSet<>(ports)).isEqualTo(replicaPorts());
    }

    @Test
    void aReplicaRefusesToWrite() {
        StepVerifier.create(db.withConnection(
                        ConnectionOptions.read(ReadConsistency.EVENTUAL).timeout(Duration.ofSeconds(1)),
                        conn -> db.query("insert into t values (1)").on(conn).rowsUpdated()))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                DatabaseException.class,
                                refused -> assertThat(refused.code()).isEqualTo("25006")));
    }

    @Test
    void aBeginThatTheServerRefusesIsReportedBeforeWhatCameBehindIt() {
        TransactionOptions impossible = TransactionOptions.builder()
                .isolation(IsolationLevel.SERIALIZABLE)
                .readOnly()
                .consistency(ReadConsistency.EVENTUAL)
                .build();

        StepVerifier.create(db.inTransaction(
                        impossible, conn -> db.query("select 1 / 0").on(conn).one(row -> row.get(0))))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(QueryFailedException.class)
                        .hasMessageContaining("hot standby"));
    }

    @Test
    void readsItsOwnWritesAlthoughAllReplicasAreBehind() {
        cluster.replicas().forEach(cluster::pauseReplay);
        try {
            for (int i = 1; i <= 20; i++) {
                db.query("insert into t values ($1)", i).rowsUpdated().block(PATIENCE);
                assertThat(db.query("select count(*)::int from t")
                                .readOnly()
                                .one(row -> row.get(0, Integer.class))
                                .block(PATIENCE))
                        .isEqualTo(i);
            }
        } finally {
            cluster.replicas().forEach(cluster::resumeReplay);
        }
    }

    /** The write was counted when the connection was lent, not when it was used. */
    @Test
    void readsWhatWasWrittenThroughABorrowedConnection() {
        cluster.replicas().forEach(cluster::pauseReplay);
        try {
            Connection lent = db.getConnection(ConnectionOptions.write()).block(PATIENCE);
            await(
                    "a probe was sent since",
                    () -> db.healthCheck().block(PATIENCE).status() != null);
            db.query("insert into t values (1)").on(lent).rowsUpdated().block(PATIENCE);

            assertThat(db.query("select count(*)::int from t")
                            .readOnly()
                            .one(row -> row.get(0, Integer.class))
                            .block(PATIENCE))
                    .isEqualTo(1);
            db.releaseConnection(lent).block(PATIENCE);
            assertThat(db.query("select count(*)::int from t")
                            .readOnly()
                            .one(row -> row.get(0, Integer.class))
                            .block(PATIENCE))
                    .isEqualTo(1);
        } finally {
            cluster.replicas().forEach(cluster::resumeReplay);
        }
    }

    @Test
    void goesBackToTheReplicasOnceTheyHaveReplayedTheWrite() {
        db.query("insert into t values (1)").rowsUpdated().block(PATIENCE);

        await(
                "a replica serves reads again",
                () -> replicaPorts().contains(servedBy(port().readOnly()).block(PATIENCE)));
    }

    @Test
    void readsFromAReplicaGoOnWhileThereIsNoPrimaryAndWritesSayThereIsNone() {
        PostgresNode primary = cluster.primary();
        cluster.stop(primary);
        try {
            await("the loss is noticed", () -> db.healthCheck().block(PATIENCE).status() == HealthStatus.UNHEALTHY);
            assertThat(replicaPorts())
                    .contains(
                            servedBy(port().readOnly(ReadConsistency.EVENTUAL)).block(PATIENCE));
            StepVerifier.create(db.query("insert into t values (1)")
                            .timeout(Duration.ofMillis(200))
                            .rowsUpdated())
                    .verifyErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(NodeUnavailableException.class)
                            .hasMessageContaining("No server can serve a write"));
        } finally {
            cluster.restart(primary);
        }
        await(
                "writes work again",
                () -> Boolean.TRUE.equals(db.query("insert into t values (1)")
                        .rowsUpdated()
                        .map(rows -> rows == 1)
                        .onErrorReturn(false)
                        .block(PATIENCE)));
    }

    @Test
    void theHealthStreamShowsAHungReplicaAndItsReturn() {
        PostgresNode replica = cluster.replicas().get(0);
        HealthSnapshot[] latest = new HealthSnapshot[1];
        Disposable listening = db.health().subscribe(snapshot -> latest[0] = snapshot);
        await("all is well", () -> latest[0] != null && latest[0].status() == HealthStatus.HEALTHY);

        cluster.hang(replica);
        try {
            await("the hang is seen", () -> latest[0].status() == HealthStatus.DEGRADED);
            HealthSnapshot.Node hung = latest[0].nodes().stream()
                    .filter(node -> node.name().endsWith(":" + replica.port()))
                    .findFirst()
                    .orElseThrow();
            assertThat(hung.state()).isEqualTo(State.DOWN);
            assertThat(hung.reason()).contains("does not answer");
            assertThat(latest[0].recommendations()).anyMatch(advice -> advice.contains(hung.name()));
        } finally {
            cluster.resume(replica);
        }
        await("all is well again", () -> latest[0].status() == HealthStatus.HEALTHY);
        listening.dispose();
    }

    @Test
    void findsTheNewPrimaryAfterAPromotionAndNeverTakesTheOldOneBack() {
        PostgresNode old = cluster.primary();
        PostgresNode next = cluster.replicas().get(0);
        cluster.hang(old);
        cluster.promote(next);
        await(
                "the new primary takes writes",
                () -> Boolean.TRUE.equals(db.query("insert into t values (1)")
                        .timeout(Duration.ofMillis(500))
                        .rowsUpdated()
                        .map(rows -> rows == 1)
                        .onErrorReturn(false)
                        .block(PATIENCE)));
        assertThat(servedBy(port()).block(PATIENCE)).isEqualTo(next.port());

        cluster.resume(old);
        await(
                "the old one is seen and limited",
                () -> db.healthCheck().block(PATIENCE).nodes().stream()
                        .anyMatch(node -> node.name().endsWith(":" + old.port()) && node.state() == State.LIMITED));
        for (int i = 0; i < 50; i++) {
            assertThat(servedBy(port()).block(PATIENCE)).isEqualTo(next.port());
        }
        cluster.reclone(old);
        await("all three are up", () -> db.healthCheck().block(PATIENCE).status() == HealthStatus.HEALTHY);
    }
}
