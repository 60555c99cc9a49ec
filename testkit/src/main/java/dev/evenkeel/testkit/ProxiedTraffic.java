package dev.evenkeel.testkit;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what passes through a proxy; written by its event loop, read by any thread. */
final class ProxiedTraffic {

    private final AtomicLong bytesToServer = new AtomicLong();
    private final AtomicLong bytesToClient = new AtomicLong();
    private final AtomicLong burstsToServer = new AtomicLong();
    private final AtomicLong burstsToClient = new AtomicLong();
    private final AtomicLong roundTrips = new AtomicLong();
    private final FrameCounts messages = new FrameCounts();

    void bytes(Direction direction, int size, ProxiedTurn turn) {
        bytesOf(direction).addAndGet(size);
        if (turn != ProxiedTurn.SAME_BURST) {
            burstsOf(direction).incrementAndGet();
        }
        if (turn == ProxiedTurn.ANSWER) {
            roundTrips.incrementAndGet();
        }
    }

    long bytes(Direction direction) {
        return bytesOf(direction).get();
    }

    long bursts(Direction direction) {
        return burstsOf(direction).get();
    }

    long roundTrips() {
        return roundTrips.get();
    }

    FrameCounts messages() {
        return messages;
    }

    void reset() {
        bytesToServer.set(0);
        bytesToClient.set(0);
        burstsToServer.set(0);
        burstsToClient.set(0);
        roundTrips.set(0);
        messages.reset();
    }

    private AtomicLong bytesOf(Direction direction) {
        return direction == Direction.TO_SERVER ? bytesToServer : bytesToClient;
    }

    private AtomicLong burstsOf(Direction direction) {
        return direction == Direction.TO_SERVER ? burstsToServer : burstsToClient;
    }
}
