package dev.evenkeel.lane;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Queries that were sent with one Sync behind the last of them, without those that have been answered. */
final class Group {

    private final ArrayDeque<LaneRequest<?>> members = new ArrayDeque<>(4);
    private int sent;
    private long leftNanos;

    void add(LaneRequest<?> request) {
        members.add(request);
        sent++;
    }

    void leaves(long nanos) {
        leftNanos = nanos;
    }

    /** When it left, on the clock of the lane's {@link Pace}. */
    long leftNanos() {
        return leftNanos;
    }

    /** How many are left. */
    int size() {
        return members.size();
    }

    /** How many there were. */
    int sent() {
        return sent;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** Whether it has never had more than one, so that the time it takes is that one's. */
    boolean isAlone() {
        return sent == 1;
    }

    @Nullable
    LaneRequest<?> head() {
        return members.peek();
    }

    LaneRequest<?> remove() {
        return members.remove();
    }

    void look(long nowNanos) {
        members.forEach(request -> request.look(nowNanos));
    }

    void moveWhatHasNotBegun() {
        for (LaneRequest<?> request : members) {
            if (!request.hasBegun()) {
                request.move();
            }
        }
    }

    /** Nobody waits for an answer of it any more. */
    boolean isLeft() {
        return members.stream().allMatch(LaneRequest::isOver);
    }
}
