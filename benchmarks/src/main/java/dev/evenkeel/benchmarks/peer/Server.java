package dev.evenkeel.benchmarks.peer;

import dev.evenkeel.testkit.PostgresCluster;
import java.util.List;

/**
 * Where the primary answers: the same for all peers.
 *
 * @param replicaUrls where its replicas do, for who can read from them
 */
public record Server(String r2dbcUrl, String jdbcUrl, List<String> replicaUrls) {

    private static final String R2DBC = "r2dbc:";

    /** Straight to it. */
    public static Server of(PostgresCluster cluster) {
        return new Server(
                cluster.url(cluster.primary()),
                cluster.jdbcUrl(cluster.primary()),
                cluster.replicas().stream().map(cluster::url).toList());
    }

    /** Through what listens on this port in front of it. */
    public static Server behind(int port, PostgresCluster cluster) {
        String direct = ":%d/".formatted(cluster.primary().port());
        String through = ":%d/".formatted(port);
        Server server = of(cluster);
        return new Server(server.r2dbcUrl.replace(direct, through), server.jdbcUrl.replace(direct, through), List.of());
    }

    /** For those that are no R2DBC clients. */
    public String postgresUrl() {
        return r2dbcUrl.substring(R2DBC.length());
    }
}
