package dev.evenkeel;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How the database does at one moment. Immutable.
 *
 * @param status the worst of the checks
 * @param timestamp when it was taken
 * @param checks each with a reason in words
 * @param nodes one entry for each configured server
 * @param recommendations what to do, most urgent first; empty when all is well
 */
public record HealthSnapshot(
        HealthStatus status, Instant timestamp, Checks checks, List<Node> nodes, List<String> recommendations) {

    public HealthSnapshot {
        nodes = List.copyOf(nodes);
        recommendations = List.copyOf(recommendations);
    }

    /**
     * The verdicts that make up the status, and the figures beside them.
     *
     * @param connectivity whether a primary and the replicas answer
     * @param schemaIntegrity whether the schema is as the migrations left it; says so when nothing checks it
     * @param performanceMetrics calls of the last half to whole minute
     */
    public record Checks(Check connectivity, Check schemaIntegrity, Performance performanceMetrics) {}

    /** One verdict and why. */
    public record Check(HealthStatus status, String reason) {}

    /**
     * How fast and how well calls were served.
     *
     * @param avgResponseTime mean time of a call, waiting for a connection included; zero when there was no call
     * @param errorRate share of calls that ended with an error of the database, 0 to 1
     * @param connectionPoolStatus all pools together
     */
    public record Performance(
            Duration avgResponseTime,
            Duration p50,
            Duration p95,
            Duration p99,
            double errorRate,
            PoolMetrics connectionPoolStatus) {}

    /**
     * One server.
     *
     * @param name {@code host:port}
     * @param role as the server itself says, not as configured
     * @param state whether it can be used
     * @param timeline rises with each promotion; 0 while unknown
     * @param lagBytes write-ahead log that a replica has not replayed yet
     * @param lag the same as time; zero for a primary
     * @param pool connections to this node
     * @param reason the state in words
     */
    public record Node(
            String name,
            Role role,
            State state,
            long timeline,
            long lagBytes,
            Duration lag,
            PoolMetrics pool,
            String reason) {}

    /** What a server says that it is. */
    public enum Role {
        PRIMARY,
        REPLICA,
        UNKNOWN
    }

    /** Whether a server can be used. */
    public enum State {
        UP,
        /** It answers, but is further behind than configured, or refuses writes as a primary. */
        LIMITED,
        DOWN
    }
}
