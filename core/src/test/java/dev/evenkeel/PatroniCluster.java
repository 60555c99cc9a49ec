package dev.evenkeel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cluster of {@code src/test/patroni/cluster}, which does all that is done to it. What is asked of it here goes past
 * Evenkeel: by JDBC to a node, and to the REST interface of Patroni. Not thread-safe.
 */
final class PatroniCluster implements AutoCloseable {

    /** Patroni takes its time: it may only look every few seconds, and copy a server anew. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String SCRIPT = Path.of("src/test/patroni/cluster").toString();
    private static final Pattern READY = Pattern.compile("postgres (\\d+) (\\d+) (\\d+) rest (\\d+) (\\d+) (\\d+)");
    private static final Pattern LEADER = Pattern.compile("\\{[^{}]*\"role\": \"leader\"[^{}]*\\}");
    private static final Pattern NAME = Pattern.compile("\"name\": \"(\\w+)\"");

    /** Twice as long as it takes Patroni from one look to the next. */
    private static final Duration A_ROUND = Duration.ofSeconds(2);

    /** A replica that was killed is back in a few seconds. */
    private static final Duration BEFORE_COPY = Duration.ofSeconds(20);

    /**
     * A server and the Patroni that looks after it.
     *
     * @param port of PostgreSQL
     * @param rest port of Patroni
     */
    record Node(String name, int port, int rest) {

        @Override
        public String toString() {
            return name;
        }
    }

    private final String directory;
    private final Process script;
    private final List<Node> nodes;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private PatroniCluster(String directory, Process script, List<Node> nodes) {
        this.directory = directory;
        this.script = script;
        this.nodes = nodes;
    }

    /** Debian's packages that are needed and not there; empty when all are. */
    static String missing() {
        try {
            Process asked = new ProcessBuilder(SCRIPT, "missing").start();
            String packages = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return packages.replaceAll("\\s+", " ").trim();
        } catch (IOException noShell) {
            return "bash (" + noShell.getMessage() + ")";
        }
    }

    /** It ends with {@link #close}, or together with this JVM, however that ends: the script reads its input from here. */
    static PatroniCluster start(Path directory) {
        try {
            Process script = new ProcessBuilder(SCRIPT, "run", directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader output = script.inputReader(StandardCharsets.UTF_8);
            Matcher ready = READY.matcher(String.valueOf(output.readLine()));
            if (!ready.matches()) {
                throw new IllegalStateException("the cluster did not start; its logs are in " + directory);
            }
            List<Node> nodes = new ArrayList<>();
            for (int i = 1; i <= 3; i++) {
                nodes.add(new Node("n" + i, Integer.parseInt(ready.group(i)), Integer.parseInt(ready.group(i + 3))));
            }
            return new PatroniCluster(directory.toString(), script, List.copyOf(nodes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Node> nodes() {
        return nodes;
    }

    List<Node> others(Node node) {
        return nodes.stream().filter(other -> !other.equals(node)).toList();
    }

    String url(Node node) {
        return "r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(node.port());
    }

    void kill(Node node) {
        act("kill", node.name());
    }

    void killPatroniOf(Node node) {
        act("kill-patroni", node.name());
    }

    void revive(Node node) {
        act("revive", node.name());
    }

    void hang(Node node) {
        act("hang", node.name());
    }

    void resume(Node node) {
        act("resume", node.name());
    }

    void freezeEtcd() {
        act("freeze", "");
    }

    void thawEtcd() {
        act("thaw", "");
    }

    private void act(String command, String node) {
        try {
            Process acting = new ProcessBuilder(SCRIPT, command, directory, node)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (acting.waitFor() != 0) {
                throw new IllegalStateException(command + " " + node + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until all nodes answer and only the one that Patroni names as the leader takes writes; returns it. */
    Node settled() {
        Databases.await("one leader and nobody else who takes writes", PATIENCE, () -> {
            List<String> refusals = nodes.stream()
                    .map(node -> String.valueOf(ask(node, "show transaction_read_only")))
                    .toList();
            int writable = refusals.indexOf("off");
            return writable >= 0
                    && Collections.frequency(refusals, "off") == 1
                    && Collections.frequency(refusals, "on") == 2
                    && nodes.get(writable).equals(leader());
        });
        return leader();
    }

    /** The same, with two replicas that follow. Patroni leaves it to its operator to make those new that cannot. */
    Node healed() {
        Node leader = settled();
        try {
            Databases.await(
                    "two replicas", BEFORE_COPY, lasting(() -> following(leader).size() == 2));
        } catch (AssertionError notByThemselves) {
            Set<String> names = following(leader);
            others(leader).stream()
                    .filter(node -> !names.contains(node.name()))
                    .forEach(node -> act("reinit", node.name()));
            Databases.await(
                    "two replicas", PATIENCE, lasting(() -> following(leader).size() == 2));
        }
        return leader;
    }

    /**
     * Holds when the condition has held for longer than one of Patroni's rounds: a former leader whose history has parted from the
     * cluster's may stream for a moment, until Patroni looks at it and stops it.
     */
    private static BooleanSupplier lasting(BooleanSupplier condition) {
        AtomicReference<Instant> since = new AtomicReference<>();
        return () -> {
            if (!condition.getAsBoolean()) {
                since.set(null);
                return false;
            }
            since.compareAndSet(null, Instant.now());
            return Instant.now().isAfter(since.get().plus(A_ROUND));
        };
    }

    private Set<String> following(Node leader) {
        return Set.copyOf(
                queryAll(leader, "select application_name from pg_stat_replication where state = 'streaming'"));
    }

    /** Whom Patroni names as the leader; {@code null} when nobody, or nobody says. */
    Node leader() {
        for (Node asked : nodes) {
            Matcher leader = LEADER.matcher(get(asked, "/cluster"));
            if (leader.find()) {
                Matcher name = NAME.matcher(leader.group());
                return nodes.stream()
                        .filter(node -> name.find(0) && node.name().equals(name.group(1)))
                        .findFirst()
                        .orElse(null);
            }
        }
        return null;
    }

    private String get(Node node, String path) {
        URI uri = URI.create("http://127.0.0.1:" + node.rest() + path);
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
        try {
            return http.send(request, BodyHandlers.ofString()).body();
        } catch (IOException notThere) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Whether the server takes writes, whatever Patroni thinks of it. */
    boolean isWritable(Node node) {
        return "off".equals(ask(node, "show transaction_read_only"));
    }

    /** The first column of the first row; {@code null} when the server does not answer. */
    private String ask(Node node, String sql) {
        try (Connection connection = connect(node);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException notThere) {
            return null;
        }
    }

    void execute(Node node, String sql) {
        try (Connection connection = connect(node);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("on " + node + ": " + sql, e);
        }
    }

    List<String> queryAll(Node node, String sql) {
        try (Connection connection = connect(node);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException("on " + node + ": " + sql, e);
        }
    }

    Connection connect(Node node) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres&loginTimeout=2&socketTimeout=5"
                        .formatted(node.port()));
    }

    @Override
    public void close() {
        try {
            script.getOutputStream().close();
            script.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
