package dev.evenkeel.testkit;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One cluster per source and spec for all test classes of the JVM. JUnit closes it after the last of them. */
final class SharedClusters implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SharedClusters.class);

    private record Key(PostgresSource source, ClusterSpec spec) {}

    private final Map<Key, PostgresCluster> clusters = new HashMap<>();

    /** A healthy cluster for the test class {@code taker}. */
    synchronized PostgresCluster take(PostgresSource source, ClusterSpec spec, String taker) {
        Key key = new Key(source, spec);
        PostgresCluster known = clusters.get(key);
        if (known != null) {
            if (healthy(known)) {
                known.closeProxies();
                return known;
            }
            LOG.warn(
                    "An earlier class left the shared cluster broken; {} gets a fresh one. Classes that break their"
                            + " cluster should ask for isolated = true",
                    taker);
            clusters.remove(key);
            known.close();
        }
        PostgresCluster fresh = source.open(spec);
        clusters.put(key, fresh);
        return fresh;
    }

    private static boolean healthy(PostgresCluster cluster) {
        try {
            return cluster.intact();
        } catch (SqlFailedException e) {
            LOG.warn("Shared cluster does not answer", e);
            return false;
        }
    }

    @Override
    public synchronized void close() {
        clusters.values().forEach(PostgresCluster::close);
        clusters.clear();
    }
}
