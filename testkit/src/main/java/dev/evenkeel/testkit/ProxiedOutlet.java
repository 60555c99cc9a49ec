package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends one direction's bytes on: late, slowly, in part or not at all; confined to the event loop. */
final class ProxiedOutlet {

    private static final int HIGH_WATER_BYTES = 256 * 1024;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ProxiedConnection connection;
    private final SocketChannel out;
    private final FaultPlan plan;
    private final FaultLine line;
    private final Runnable afterPump;
    private final Queue<ProxiedPart> parts = new ArrayDeque<>();
    private long queuedBytes;
    private long pausedUntil;
    private long lineFreeAt;
    private long bytesUntilCut;
    private boolean discarding;
    private boolean awaitingWrite;
    private @Nullable Future<?> wakeUp;

    ProxiedOutlet(
            ProxiedConnection connection, SocketChannel out, FaultPlan plan, Direction direction, Runnable afterPump) {
        this.connection = connection;
        this.out = out;
        this.plan = plan;
        this.line = plan.line(direction);
        this.afterPump = afterPump;
        this.bytesUntilCut = line.cutAfterBytes();
    }

    void add(ProxiedPart part) {
        if (connection.isClosed()) {
            part.release();
            return;
        }
        parts.add(part);
        queuedBytes += part.size();
    }

    boolean isFull() {
        // A channel whose output is shut down is never writable again, yet its counterpart's end must be read.
        return queuedBytes >= HIGH_WATER_BYTES || (!out.isWritable() && !out.isOutputShutdown());
    }

    void pause(Duration duration) {
        pausedUntil = ProxiedPart.now() + duration.toNanos();
    }

    /** From now on bytes are dropped; actions, and with them the end of the stream, still take place. */
    void discard() {
        discarding = true;
    }

    void heal() {
        pausedUntil = 0;
        restartCut();
    }

    void planChanged() {
        lineFreeAt = 0;
        pump();
    }

    void restartCut() {
        bytesUntilCut = line.cutAfterBytes();
    }

    void pump() {
        if (wakeUp != null) {
            wakeUp.cancel(false);
            wakeUp = null;
        }
        ProxiedPart part;
        while (!awaitingWrite && !plan.isFrozen() && (part = parts.peek()) != null) {
            if (line.isBlackhole() || connection.isSilenced()) {
                connection.bytesLost();
                drop();
                continue;
            }
            if (part.isHeld()) {
                break;
            }
            long wait = dueAt(part) - ProxiedPart.now();
            if (wait > 0) {
                wakeUp = out.eventLoop().schedule(this::pump, wait, TimeUnit.NANOSECONDS);
                break;
            }
            take(part);
        }
        out.flush();
        afterPump.run();
    }

    void close() {
        if (wakeUp != null) {
            wakeUp.cancel(false);
        }
        while (!parts.isEmpty()) {
            drop();
        }
    }

    private long dueAt(ProxiedPart part) {
        long due = Math.max(pausedUntil, part.arrivedAt() + line.delayNanos(part.shareOfJitter()));
        return part.bytes() == null ? due : Math.max(due, lineFreeAt);
    }

    private void take(ProxiedPart part) {
        ByteBuf bytes = part.bytes();
        Runnable action = part.action();
        if (action != null) {
            parts.remove();
            afterWrites(action);
        } else if (discarding || bytes == null) {
            drop();
        } else if (bytesUntilCut == 0) {
            connection.reset();
        } else {
            send(bytes);
        }
    }

    private void send(ByteBuf bytes) {
        int size = line.slice(bytes.readableBytes(), TICK_NANOS);
        if (bytesUntilCut > 0) {
            size = (int) Math.min(size, bytesUntilCut);
            bytesUntilCut -= size;
        }
        queuedBytes -= size;
        if (size == bytes.readableBytes()) {
            parts.remove();
            ProxiedSocket.write(out, bytes);
        } else {
            ProxiedSocket.write(out, bytes.readRetainedSlice(size));
        }
        // A timer that fires late may catch up by one tick, or the line would be slower than asked for.
        lineFreeAt = Math.max(lineFreeAt, ProxiedPart.now() - TICK_NANOS) + line.sendingNanos(size);
        if (bytesUntilCut == 0) {
            afterWrites(connection::reset);
        }
    }

    private void afterWrites(Runnable action) {
        ChannelFuture written = out.writeAndFlush(Unpooled.EMPTY_BUFFER);
        if (written.isDone()) {
            action.run();
            return;
        }
        awaitingWrite = true;
        written.addListener(ignored -> {
            awaitingWrite = false;
            action.run();
            pump();
        });
    }

    private void drop() {
        ProxiedPart part = parts.remove();
        queuedBytes -= part.size();
        part.release();
    }
}
