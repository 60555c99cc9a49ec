package dev.evenkeel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server processes of one cluster with their files: begun together, ended together, whatever happens in between.
 */
final class EmbeddedServers implements AutoCloseable {

    private static final Duration END_PATIENCE = Duration.ofSeconds(5);
    private static final Duration RELOAD_DEADLINE = Duration.ofSeconds(10);

    /** A session begins with what its server process knows. */
    private static final String LOADED = "select pg_conf_load_time()::text";

    private static final Set<EmbeddedServers> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> OPEN.forEach(EmbeddedServers::closeAtExit), "evenkeel-end-of-servers"));
    }

    private final ClusterSpec spec;
    private final ClusterDirectory directory;
    private final @Nullable TlsMaterial tls;
    private final Map<PostgresNode, ServerProcess> servers;
    private final CountDownLatch closed = new CountDownLatch(1);

    private EmbeddedServers(
            ClusterSpec spec,
            ClusterDirectory directory,
            @Nullable TlsMaterial tls,
            Map<PostgresNode, ServerProcess> servers) {
        this.spec = spec;
        this.directory = directory;
        this.tls = tls;
        this.servers = servers;
    }

    /** Starts a primary, which is the first node, and its replicas, all at the same time. */
    static EmbeddedServers start(ClusterSpec spec) {
        PostgresBinaries binaries = PostgresBinaries.fromClassPath();
        Path template = Template.of(binaries);
        try {
            ClusterDirectory directory = ClusterDirectory.create();
            TlsMaterial tls = spec.tls() ? TlsMaterial.create(directory.resolve("tls")) : null;
            Map<PostgresNode, ServerProcess> servers = new LinkedHashMap<>();
            for (int i = 1; i <= 1 + spec.replicas(); i++) {
                PostgresNode node = node("node" + i, spec);
                Path data = directory.resolve(node.name());
                servers.put(node, new ServerProcess(node.name(), node.port(), binaries, data));
            }
            EmbeddedServers embedded = new EmbeddedServers(spec, directory, tls, Collections.unmodifiableMap(servers));
            OPEN.add(embedded);
            try {
                embedded.startAll(template);
            } catch (RuntimeException e) {
                embedded.close();
                throw e;
            }
            return embedded;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot prepare the files of a cluster", e);
        }
    }

    private static PostgresNode node(String name, ClusterSpec spec) {
        int port = FreePorts.take();
        ServerAddress admin = new ServerAddress(PostgresNode.LOOPBACK, port, spec.database(), AdminSql.USER, null, "");
        ServerAddress user =
                new ServerAddress(PostgresNode.LOOPBACK, port, spec.database(), spec.user(), spec.password(), "");
        return new PostgresNode(name, user, new AdminSql(admin));
    }

    private void startAll(Path template) {
        PostgresNode primary = nodes().get(0);
        ExecutorService threads = Executors.newFixedThreadPool(servers.size());
        try {
            List<CompletableFuture<Void>> starts = new ArrayList<>();
            servers.forEach((node, server) -> starts.add(CompletableFuture.runAsync(
                    () -> {
                        fill(node, server.data(), template);
                        if (node != primary) {
                            Replication.followOnStart(server, node, primary);
                        }
                        server.start();
                    },
                    threads)));
            starts.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw new IllegalStateException("The cluster did not start: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdown();
        }
        new FirstSteps(spec).run(primary);
    }

    private void fill(PostgresNode node, DataDirectory data, Path template) {
        ServerSettings settings =
                ServerSettings.of(spec, nodes().stream().map(PostgresNode::name).toList());
        try {
            data.fillFromTemplate(template);
            data.settings(settings.parameters());
            data.hostBasedAuthentication(settings.accessRules());
            if (tls != null) {
                TlsMaterial.install(data, tls.serverCertificate(), tls.authority());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot fill the data directory of " + node, e);
        }
    }

    List<PostgresNode> nodes() {
        return List.copyOf(servers.keySet());
    }

    @Nullable
    TlsMaterial tls() {
        return tls;
    }

    /** Returns once new sessions are met by the new files. */
    void reload(PostgresNode node, CertificateAuthority.Issued certificate, Path clientAuthority) {
        String before = node.queryOne(LOADED);
        try {
            TlsMaterial.install(of(node).data(), certificate, clientAuthority);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot give " + node + " a certificate", e);
        }
        node.execute("select pg_reload_conf()");
        Await.until(
                "reload of " + node,
                RELOAD_DEADLINE,
                () -> of(node).logTail(),
                () -> !node.queryOne(LOADED).equals(before));
    }

    ServerProcess of(PostgresNode node) {
        return Objects.requireNonNull(servers.get(node), () -> node + " is a node of another cluster");
    }

    /** The JVM ends: whoever owns the cluster may be at it as well, and goes first for as long as it has asked for. */
    private void closeAtExit() {
        try {
            if (closed.await(spec.exitGrace().toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    @Override
    public synchronized void close() {
        if (!OPEN.contains(this)) {
            return;
        }
        // A test that ran into its time-out is interrupted, but its servers have to end all the same.
        boolean interrupted = Thread.interrupted();
        try {
            servers.values().forEach(ServerProcess::beginClose);
            servers.values().forEach(server -> server.awaitEnd(END_PATIENCE));
            directory.close();
            servers.keySet().forEach(node -> FreePorts.giveBack(node.port()));
            OPEN.remove(this);
            closed.countDown();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
