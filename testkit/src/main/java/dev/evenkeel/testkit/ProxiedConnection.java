package dev.evenkeel.testkit;

import io.netty.channel.socket.SocketChannel;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client's connection and, once it is there, the one to the server; confined to the event loop. */
final class ProxiedConnection {

    private final SocketChannel client;
    private final FaultPlan plan;
    private final ProxiedTraffic traffic;
    private final CutWatch watch;
    private final Set<Direction> ended = EnumSet.noneOf(Direction.class);
    private @Nullable SocketChannel server;
    private @Nullable ProxiedStream toServer;
    private @Nullable ProxiedStream toClient;
    private @Nullable Direction lastSpoken;
    private boolean silenced;
    private boolean forgotten;
    private boolean lost;
    private boolean closed;

    ProxiedConnection(SocketChannel client, FaultPlan plan, ProxiedTraffic traffic, CutList cuts) {
        this.client = client;
        this.plan = plan;
        this.traffic = traffic;
        this.watch = new CutWatch(cuts);
    }

    void connected(SocketChannel server) {
        this.server = server;
        if (closed) {
            ProxiedSocket.reset(server);
            return;
        }
        FrameHandshake handshake = new FrameHandshake();
        toServer = new ProxiedStream(this, Direction.TO_SERVER, client, server, plan, traffic, handshake, watch);
        toClient = new ProxiedStream(this, Direction.TO_CLIENT, server, client, plan, traffic, handshake, watch);
        client.pipeline().addLast(toServer);
        server.pipeline().addLast(toClient);
        toServer.adjustReading();
        toClient.adjustReading();
    }

    ProxiedStream opposite(Direction direction) {
        return stream(direction == Direction.TO_SERVER ? Direction.TO_CLIENT : Direction.TO_SERVER);
    }

    ProxiedStream stream(Direction direction) {
        ProxiedStream stream = direction == Direction.TO_SERVER ? toServer : toClient;
        if (stream == null) {
            throw new IllegalStateException("not connected to the server yet");
        }
        return stream;
    }

    boolean isConnected() {
        return toServer != null && !closed;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isSilenced() {
        return silenced;
    }

    /** Keeps both sockets open and drops everything, also the news that one of them was closed. */
    private void silence() {
        silenced = true;
        bytesLost();
    }

    void forget() {
        forgotten = true;
    }

    boolean isForgotten() {
        return forgotten;
    }

    /** A stream with a hole is nothing that TCP would deliver, so such a connection must not outlive the fault. */
    void bytesLost() {
        lost = true;
    }

    void heal() {
        if (lost) {
            reset();
        } else if (isConnected()) {
            stream(Direction.TO_SERVER).outlet().heal();
            stream(Direction.TO_CLIENT).outlet().heal();
        }
    }

    void planChanged() {
        if (isConnected()) {
            stream(Direction.TO_SERVER).outlet().planChanged();
        }
        if (isConnected()) {
            stream(Direction.TO_CLIENT).outlet().planChanged();
        }
    }

    void restartCut(Direction direction) {
        if (isConnected()) {
            stream(direction).outlet().restartCut();
        }
    }

    void halfClose(Direction towards) {
        SocketChannel end = towards == Direction.TO_SERVER ? server : client;
        if (end != null && !closed) {
            if (isConnected()) {
                stream(towards).outlet().discard();
            }
            ProxiedSocket.halfClose(end);
        }
    }

    /** The COMMIT that a cut has claimed is where the cut wants it to be. */
    void cut() {
        Cut cut = watch.take();
        if (cut != null && cut.isArmed()) {
            carryOut(cut);
            cut.hasFired();
        }
    }

    private void carryOut(Cut cut) {
        if (cut.action() instanceof CutAction.Delay delay) {
            boolean held = !cut.point().commitReachesServer();
            stream(held ? Direction.TO_SERVER : Direction.TO_CLIENT).outlet().pause(delay.duration());
        } else if (cut.action() instanceof CutAction.Break way) {
            switch (way) {
                case RESET -> reset();
                case BLACKHOLE -> silence();
                case HALF_CLOSE -> {
                    stream(Direction.TO_SERVER).outlet().discard();
                    halfClose(Direction.TO_CLIENT);
                }
            }
        }
    }

    void ended(Direction direction, boolean byReset) {
        if (byReset) {
            reset();
            return;
        }
        ended.add(direction);
        halfClose(direction);
        // Netty leaves a channel open when both halves are shut down one after the other.
        if (ended.size() == 2) {
            close();
            ProxiedSocket.close(client);
            if (server != null) {
                ProxiedSocket.close(server);
            }
        }
    }

    void reset() {
        if (!closed) {
            close();
            ProxiedSocket.reset(client);
            if (server != null) {
                ProxiedSocket.reset(server);
            }
        }
    }

    ProxiedTurn turns(Direction direction) {
        ProxiedTurn turn = lastSpoken == direction
                ? ProxiedTurn.SAME_BURST
                : lastSpoken == Direction.TO_SERVER ? ProxiedTurn.ANSWER : ProxiedTurn.OPENING;
        lastSpoken = direction;
        return turn;
    }

    private void close() {
        closed = true;
        watch.close();
        if (toServer != null) {
            toServer.close();
        }
        if (toClient != null) {
            toClient.close();
        }
    }
}
