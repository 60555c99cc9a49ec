package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Something waiting its turn in one direction: bytes, or an action that runs once the bytes before it are written. */
record ProxiedPart(
        long arrivedAt,
        double shareOfJitter,
        @Nullable ByteBuf bytes,
        @Nullable Runnable action,
        @Nullable CutGate gate) {

    private static final long ORIGIN = System.nanoTime();

    static ProxiedPart bytes(ByteBuf bytes) {
        return new ProxiedPart(now(), ThreadLocalRandom.current().nextDouble(), bytes, null, null);
    }

    static ProxiedPart action(Runnable action) {
        return new ProxiedPart(now(), 0, null, action, null);
    }

    /** An action that holds back everything behind it until the gate opens. */
    static ProxiedPart gate(CutGate gate, Runnable action) {
        return new ProxiedPart(now(), 0, null, action, gate);
    }

    boolean isHeld() {
        return gate != null && gate.isShut();
    }

    /** Nanoseconds on a clock that starts near zero, so that zero is a safe "long ago". */
    static long now() {
        return System.nanoTime() - ORIGIN + TimeUnit.HOURS.toNanos(1);
    }

    int size() {
        return bytes == null ? 0 : bytes.readableBytes();
    }

    void release() {
        if (bytes != null) {
            bytes.release();
        }
    }
}
