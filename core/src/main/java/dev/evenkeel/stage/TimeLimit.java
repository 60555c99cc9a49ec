package dev.evenkeel.stage;

import dev.evenkeel.Deadline;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import java.util.Map;

/** What a caller is told when its time is up; that depends on how far its work had come. */
final class TimeLimit {

    private TimeLimit() {}

    static DatabaseException exceeded(String label, Deadline deadline, Lease lease) {
        return lease.phase() == Phase.COMMITTING
                ? new CommitOutcomeUnknownException(commitGoesOn(deadline, lease))
                : new DeadlineExceededException(stopped(label, deadline, lease.node(), lease.requestId()));
    }

    private static Failure commitGoesOn(Deadline deadline, Lease lease) {
        return Failure.of(
                        "COMMIT_UNKNOWN",
                        ErrorType.CONNECTION,
                        "COMMIT on %s was not answered within the call's %s; it goes on there"
                                .formatted(lease.node(), deadline.allowed()),
                        "look whether the transaction's effects are there before you repeat it",
                        "look for a synchronous replica that is down")
                .with(Map.of("node", lease.node()))
                .in(lease.requestId());
    }

    /** The same for a read that has no lease. */
    static DatabaseException exceededReading(String label, Deadline deadline, String node, String requestId) {
        return new DeadlineExceededException(stopped(label, deadline, node, requestId));
    }

    private static Failure stopped(String label, Deadline deadline, String node, String requestId) {
        return Failure.of(
                        "DEADLINE_EXCEEDED",
                        ErrorType.PERFORMANCE,
                        "Call '%s' on %s did not end within %s and was stopped"
                                .formatted(label, node, deadline.allowed()),
                        "give the call a longer timeout",
                        "look at the plans of its statements and at who blocks them")
                .with(Map.of("node", node, "label", label))
                .in(requestId);
    }
}
