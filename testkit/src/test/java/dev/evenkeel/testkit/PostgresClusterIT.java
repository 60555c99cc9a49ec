package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each test leaves three healthy nodes, in whatever roles. */
class PostgresClusterIT {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static PostgresCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = PostgresCluster.start(
                ClusterSpec.builder().replicas(2).database("shop").build());
        cluster.primary().execute("create table item (id int primary key)");
    }

    @AfterAll
    static void closeCluster() {
        cluster.close();
    }

    @BeforeEach
    void emptyTable() {
        assertThat(cluster.intact()).isTrue();
        cluster.primary().execute("truncate item");
        cluster.awaitReplayed(SOON);
    }

    @Test
    void replicasShowWhatThePrimaryCommittedAndRefuseWrites() {
        cluster.primary().execute("insert into item values (1)");
        cluster.awaitReplayed(SOON);

        assertThat(cluster.primary().role()).isEqualTo(NodeRole.PRIMARY);
        assertThat(cluster.replicas()).hasSize(2).allSatisfy(replica -> {
            assertThat(replica.role()).isEqualTo(NodeRole.REPLICA);
            assertThat(items(replica)).isEqualTo("1");
            assertThatThrownBy(() -> replica.execute("insert into item values (2)"))
                    .isInstanceOfSatisfying(
                            SqlFailedException.class,
                            refused -> assertThat(refused.sqlState()).isEqualTo("25006"));
        });
    }

    @Test
    void killedNodeRefusesConnectionsAndComesBackOnItsPortWithItsData() {
        PostgresNode primary = cluster.primary();
        primary.execute("insert into item values (1)");

        cluster.kill(primary);

        assertThat(primary.role()).isEqualTo(NodeRole.UNREACHABLE);
        assertThatThrownBy(() -> connect(primary).close()).isInstanceOf(ConnectException.class);
        int port = primary.port();
        cluster.restart(primary);
        cluster.awaitStreaming(SOON);
        assertThat(primary.port()).isEqualTo(port);
        assertThat(items(primary)).isEqualTo("1");
    }

    @Test
    void hungNodeTakesConnectionsButAnswersOnlyWhenResumed() throws Exception {
        PostgresNode replica = cluster.replicas().get(0);

        cluster.hang(replica);

        try (Socket socket = connect(replica)) {
            // An SSLRequest, which a living server answers with one byte.
            socket.getOutputStream().write(new byte[] {0, 0, 0, 8, 4, (byte) 210, 22, 47});
            socket.setSoTimeout(300);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            cluster.resume(replica);
            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().read()).isIn((int) 'N', (int) 'S');
        }
        cluster.awaitStreaming(SOON);
    }

    @Test
    void stoppedNodeIsRestartedAndStreamsAgain() {
        PostgresNode replica = cluster.replicas().get(1);

        cluster.stop(replica);
        assertThat(replica.role()).isEqualTo(NodeRole.UNREACHABLE);

        cluster.restart(replica);
        cluster.awaitStreaming(SOON);
        assertThat(replica.role()).isEqualTo(NodeRole.REPLICA);
    }

    @Test
    void restartOfARunningNodeEndsItsSessions() {
        PostgresNode primary = cluster.primary();
        String before = primary.queryOne("select pg_postmaster_start_time()");

        cluster.restart(primary);
        cluster.awaitStreaming(SOON);

        assertThat(primary.queryOne("select pg_postmaster_start_time()")).isNotEqualTo(before);
    }

    @Test
    void promotedReplicaLeadsANewTimelineAndTheOldPrimaryIsReclonedBehindIt() {
        PostgresNode old = cluster.primary();
        PostgresNode chosen = cluster.replicas().get(0);
        PostgresNode other = cluster.replicas().get(1);
        int timeline = timeline(old);
        cluster.kill(old);

        cluster.promote(chosen);

        assertThat(cluster.primary()).isSameAs(chosen);
        assertThat(cluster.replicas()).containsExactly(other);
        chosen.execute("insert into item values (2)");
        cluster.awaitReplayed(SOON);
        assertThat(items(other)).isEqualTo("2");
        assertThat(timeline(chosen)).isEqualTo(timeline + 1);

        cluster.reclone(old);

        assertThat(cluster.replicas()).containsExactlyInAnyOrder(old, other);
        cluster.awaitReplayed(SOON);
        assertThat(items(old)).isEqualTo("2");
    }

    @Test
    void plannedSwitchoverNeedsNoCopy() {
        PostgresNode old = cluster.primary();
        cluster.stop(old);
        cluster.promote(cluster.replicas().get(0));
        cluster.primary().execute("insert into item values (3)");

        cluster.rejoin(old);

        cluster.awaitReplayed(SOON);
        assertThat(old.role()).isEqualTo(NodeRole.REPLICA);
        assertThat(items(old)).isEqualTo("3");
    }

    @Test
    void replicaThatWasDownDuringThePromotionFollowsTheNewPrimaryWhenRestarted() {
        PostgresNode old = cluster.primary();
        PostgresNode sleeper = cluster.replicas().get(1);
        cluster.stop(sleeper);
        cluster.stop(old);
        cluster.promote(cluster.replicas().get(0));
        cluster.primary().execute("insert into item values (4)");

        cluster.restart(sleeper);
        cluster.awaitStreaming(SOON);
        cluster.awaitReplayed(SOON);

        assertThat(items(sleeper)).isEqualTo("4");
        cluster.rejoin(old);
    }

    @Test
    void replicaThatHungDuringThePromotionFollowsTheNewPrimaryWhenResumed() {
        PostgresNode old = cluster.primary();
        PostgresNode sleeper = cluster.replicas().get(1);
        cluster.hang(sleeper);
        cluster.kill(old);
        cluster.promote(cluster.replicas().get(0));
        cluster.primary().execute("insert into item values (5)");

        cluster.resume(sleeper);
        cluster.awaitStreaming(SOON);
        cluster.awaitReplayed(SOON);

        assertThat(items(sleeper)).isEqualTo("5");
        cluster.reclone(old);
    }

    @Test
    void pausedReplicaShowsOldDataUntilItIsResumed() {
        PostgresNode replica = cluster.replicas().get(0);
        cluster.pauseReplay(replica);

        cluster.primary().execute("insert into item values (1)");

        assertThatThrownBy(() -> cluster.awaitReplayed(Duration.ofMillis(300)))
                .hasMessageContaining("replay of")
                .hasMessageContaining("Log of " + replica.name());
        assertThat(replica.queryAll("select id from item")).isEmpty();
        cluster.resumeReplay(replica);
        cluster.awaitReplayed(SOON);
        assertThat(items(replica)).isEqualTo("1");
    }

    @Test
    void interruptedTestStillClosesItsCluster() {
        PostgresCluster shortLived = PostgresCluster.start(ClusterSpec.single());
        Thread.currentThread().interrupt();

        shortLived.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(shortLived.primary().role()).isEqualTo(NodeRole.UNREACHABLE);
        assertThatThrownBy(() -> shortLived.restart(shortLived.primary())).hasMessageContaining("is closed");
    }

    @Test
    void wrongTargetsAreRefusedWithARemedy() {
        PostgresNode primary = cluster.primary();

        assertThatThrownBy(() -> cluster.promote(primary)).hasMessageContaining("the replicas are");
        assertThatThrownBy(() -> cluster.reclone(primary)).hasMessageContaining("promote one of");
        assertThatThrownBy(() -> cluster.rejoin(primary)).hasMessageContaining("promote one of");
        assertThatThrownBy(() -> cluster.tls()).hasMessageContaining("ClusterSpec.builder().tls(true)");
    }

    @Test
    void urlsNameTheDatabaseAndTheProxy() {
        PostgresNode node = cluster.primary();

        assertThat(cluster.url(node)).isEqualTo("r2dbc:postgresql://postgres@127.0.0.1:" + node.port() + "/shop");
        assertThat(cluster.jdbcUrl(node))
                .isEqualTo("jdbc:postgresql://127.0.0.1:" + node.port() + "/shop?user=postgres");
        assertThat(cluster.proxy(node)).isSameAs(cluster.proxy(node));
        assertThat(cluster.proxyUrl(node)).contains(":" + cluster.proxy(node).port() + "/shop");
    }

    private static Socket connect(PostgresNode node) throws Exception {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(node.host(), node.port()), 2_000);
        return socket;
    }

    private static String items(PostgresNode node) {
        return node.queryOne("select id from item");
    }

    private static int timeline(PostgresNode primary) {
        return Integer.parseInt(
                primary.queryOne("select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int"));
    }
}
