package dev.evenkeel.examples.quickstart;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;

/** The servers that {@code DATABASE_HOST} and its companions name, or else a primary and a replica of our own. */
record Servers(DatabaseConfig config, Runnable end) implements AutoCloseable {

    static Servers fromEnvironmentOrEmbedded() {
        return System.getenv("DATABASE_HOST") == null
                ? embedded()
                : new Servers(DatabaseConfig.fromEnvironment(System.getenv()), () -> {});
    }

    private static Servers embedded() {
        PostgresCluster cluster = PostgresCluster.start(ClusterSpec.withReplicas(1));
        DatabaseConfig.Builder config = DatabaseConfig.builder().primary(cluster.url(cluster.primary()));
        cluster.replicas().forEach(replica -> config.replica(cluster.url(replica)));
        return new Servers(config.build(), cluster::close);
    }

    @Override
    public void close() {
        end.run();
    }
}
