package dev.evenkeel;

import dev.evenkeel.PatroniCluster.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out by plain JDBC when a cluster takes writes: it knows all nodes and tries them in turn, again and again, on
 * connections that it keeps. What any client could know at the soonest. Not thread-safe.
 */
final class PlainClient implements AutoCloseable {

    static final String TABLE = "create table if not exists tried (at timestamptz default now())";

    private static final Duration PAUSE = Duration.ofMillis(2);

    private final PatroniCluster cluster;
    private final Map<Node, Connection> connections = new HashMap<>();

    PlainClient(PatroniCluster cluster) {
        this.cluster = cluster;
    }

    /** Waits until one of these takes a write, and returns the moment, as {@code System.nanoTime()}. */
    long firstWrite(List<Node> nodes) {
        long deadline = System.nanoTime() + PatroniCluster.PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            for (Node node : nodes) {
                if (takesWrite(node)) {
                    return System.nanoTime();
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        throw new AssertionError("no write is taken by " + nodes);
    }

    private boolean takesWrite(Node node) {
        try {
            Connection connection = connections.get(node);
            if (connection == null || connection.isClosed()) {
                connection = cluster.connect(node);
                connections.put(node, connection);
            }
            try (Statement insert = connection.createStatement()) {
                insert.execute("insert into tried default values");
                return true;
            }
        } catch (SQLException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        for (Connection connection : connections.values()) {
            try {
                connection.close();
            } catch (SQLException gone) {
                // Its server was killed.
            }
        }
    }
}
