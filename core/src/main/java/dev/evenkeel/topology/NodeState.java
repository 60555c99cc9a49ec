package dev.evenkeel.topology;

import dev.evenkeel.HealthSnapshot.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a probe saw of one server. Immutable.
 *
 * @param name {@code host:port}
 * @param role as the server says
 * @param readOnly a primary that refuses writes ({@code default_transaction_read_only})
 * @param systemId identifies the cluster; 0 while unknown
 * @param timeline rises with each promotion; 0 while unknown
 * @param lsn how far a primary has flushed its log, which is what replicas get, or a replica has replayed it
 * @param written how far a primary has written its log, flushed or not; the same as {@code lsn} for a replica
 * @param replayDelay age of the last replayed transaction; zero for a primary
 * @param sampledNanos {@code System.nanoTime()} from before the probe was sent
 * @param problem why it did not answer; {@code null} when it did
 */
public record NodeState(
        String name,
        Role role,
        boolean readOnly,
        long systemId,
        long timeline,
        Lsn lsn,
        Lsn written,
        Duration replayDelay,
        long sampledNanos,
        @Nullable Throwable problem) {

    static NodeState unknown(String name) {
        return new NodeState(
                name, Role.UNKNOWN, false, 0, 0, Lsn.ZERO, Lsn.ZERO, Duration.ZERO, System.nanoTime(), null);
    }

    /** The same server without an answer. What it was last is no evidence of what it is now. */
    NodeState silent(Throwable reason) {
        return new NodeState(
                name, Role.UNKNOWN, false, systemId, timeline, lsn, written, replayDelay, sampledNanos, reason);
    }

    public boolean answers() {
        return role != Role.UNKNOWN;
    }

    public boolean isReplica() {
        return role == Role.REPLICA;
    }

    boolean isWritable() {
        return role == Role.PRIMARY && !readOnly;
    }
}
