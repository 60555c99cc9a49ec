package dev.evenkeel.topology;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.Lsn;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a probe saw of one server. Immutable.
 *
 * @param name {@code host:port} as configured
 * @param address {@code host:port} as the server sees itself; {@code null} while unknown
 * @param role as the server says
 * @param readOnly a primary that refuses writes ({@code default_transaction_read_only})
 * @param systemId identifies the cluster; 0 while unknown
 * @param timeline rises with each promotion; 0 while unknown
 * @param started when the server began, by its own clock, in microseconds: another value is another server, or the same
 *     one restarted, maybe with other data; 0 while unknown
 * @param lsn how far a primary has flushed its log, which is what replicas get, or a replica has replayed it
 * @param written how far a primary has written its log, flushed or not; the same as {@code lsn} for a replica
 * @param upstream {@code host:port} of the server that a replica is told to follow, whether it can or not; {@code null} when
 *     that is nobody, or who asks may not know
 * @param replayDelay age of the last replayed transaction, or less when it is known to have more; zero for a primary
 * @param sampledNanos {@code System.nanoTime()} from before the probe was sent
 * @param problem why it did not answer; {@code null} when it did
 */
public record NodeState(
        String name,
        @Nullable String address,
        Role role,
        boolean readOnly,
        long systemId,
        long timeline,
        long started,
        Lsn lsn,
        Lsn written,
        @Nullable String upstream,
        Duration replayDelay,
        long sampledNanos,
        @Nullable Throwable problem) {

    static NodeState unknown(String name) {
        return new NodeState(
                name,
                null,
                Role.UNKNOWN,
                false,
                0,
                0,
                0,
                Lsn.ZERO,
                Lsn.ZERO,
                null,
                Duration.ZERO,
                System.nanoTime(),
                null);
    }

    /** The same server without an answer. What it was last is no evidence of what it is now. */
    NodeState silent(Throwable reason) {
        return new NodeState(
                name,
                address,
                Role.UNKNOWN,
                false,
                systemId,
                timeline,
                started,
                lsn,
                written,
                null,
                replayDelay,
                sampledNanos,
                reason);
    }

    NodeState withReplayDelay(Duration delay) {
        return new NodeState(
                name,
                address,
                role,
                readOnly,
                systemId,
                timeline,
                started,
                lsn,
                written,
                upstream,
                delay,
                sampledNanos,
                problem);
    }

    public boolean answers() {
        return role != Role.UNKNOWN;
    }

    /** Whether another server answers now than in this state. */
    boolean isReplacedBy(NodeState now) {
        return started != 0 && now.answers() && now.started != started;
    }

    public boolean isReplica() {
        return role == Role.REPLICA;
    }

    /** Whether it is a replica that is on this primary's timeline, or at least told to follow it. */
    boolean follows(NodeState primary) {
        boolean told = upstream != null && (upstream.equals(primary.name) || upstream.equals(primary.address));
        return isReplica() && (told || timeline == primary.timeline);
    }

    boolean isWritable() {
        return role == Role.PRIMARY && !readOnly;
    }
}
