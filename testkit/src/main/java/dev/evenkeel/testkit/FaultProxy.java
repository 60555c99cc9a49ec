package dev.evenkeel.testkit;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A TCP proxy inside the JVM that breaks the network between a client and a server on demand.
 *
 * <p>Faults hold for open and for new connections until {@link #heal()}, and add up. A method returns when its fault is
 * in force, except on a thread that must not block. All methods may be called from any thread.
 */
public final class FaultProxy implements AutoCloseable {

    private final ProxiedConnections connections;
    private final ProxiedTraffic traffic;
    private final FaultPlan plan;
    private final CutList cuts;

    private FaultProxy(InetSocketAddress target) {
        traffic = new ProxiedTraffic();
        plan = new FaultPlan();
        cuts = new CutList();
        connections = new ProxiedConnections(target, plan, traffic, cuts);
    }

    /** Starts a proxy on a free loopback port for the server at this address. */
    public static FaultProxy to(String host, int port) {
        requirePort(port);
        return new FaultProxy(new InetSocketAddress(host, port));
    }

    /** The host clients connect to: a loopback address. */
    public String host() {
        return connections.listener().host();
    }

    /** The port clients connect to; it stays the same for the life of the proxy. */
    public int port() {
        return connections.listener().port();
    }

    /** Delays every byte in this direction; {@link Duration#ZERO} removes the delay. */
    public FaultProxy delay(Direction direction, Duration latency) {
        return delay(direction, latency, Duration.ZERO);
    }

    /**
     * Delays every byte in this direction by the latency plus a random share of the jitter; order is kept, and
     * connecting takes no longer.
     */
    public FaultProxy delay(Direction direction, Duration latency, Duration jitter) {
        requireNotNegative("latency", latency);
        requireNotNegative("jitter", jitter);
        return change(() -> plan.line(direction).delay(latency, jitter));
    }

    /** Lets at most this many bytes per second pass in this direction, for each connection. */
    public FaultProxy throttle(Direction direction, long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond was " + bytesPerSecond
                    + ", allowed is 1 and more: use freeze() to stop the traffic, heal() to remove the limit");
        }
        return change(() -> plan.line(direction).throttle(bytesPerSecond));
    }

    /** Accepts and discards bytes both ways; new connections are accepted and never reach the server. */
    public FaultProxy blackhole() {
        return change(() -> {
            plan.line(Direction.TO_SERVER).blackhole();
            plan.line(Direction.TO_CLIENT).blackhole();
        });
    }

    /** Accepts and discards bytes in this direction, and the closing of the connection too. */
    public FaultProxy blackhole(Direction direction) {
        return change(() -> plan.line(direction).blackhole());
    }

    /** Stops reading from both sides, so that windows fill and writers block; nothing is lost. */
    public FaultProxy freeze() {
        return change(plan::freeze);
    }

    /** Cuts each connection with a reset after this many more bytes in this direction, be it within a message. */
    public FaultProxy cutAfter(Direction direction, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(
                    "bytes was " + bytes + ", allowed is 0 and more: use heal() to remove the cut");
        }
        return change(() -> {
            plan.line(direction).cutAfter(bytes);
            connections.forEach(connection -> connection.restartCut(direction));
        });
    }

    /**
     * New connections go to the server at this address, as when a name or a virtual address has moved; open ones stay where
     * they are. {@link #heal()} does not undo it.
     */
    public FaultProxy redirect(String host, int port) {
        requirePort(port);
        connections.target(new InetSocketAddress(host, port));
        return this;
    }

    /** Resets new connections as soon as they are accepted. */
    public FaultProxy resetOnAccept() {
        return change(plan::resetOnAccept);
    }

    /** Closes the listening port, so that new connections are refused; open connections go on. */
    public FaultProxy refuse() {
        connections.await(connections.listener().refuse());
        return this;
    }

    /** Listens again on the same port after {@link #refuse()}. */
    public FaultProxy listen() {
        connections.await(connections.listener().listen());
        return this;
    }

    /** Resets (RST) all open connections on both sides, now. */
    public FaultProxy reset() {
        return eachConnection(ProxiedConnection::reset);
    }

    /**
     * Resets (RST) each connection that is open now as soon as one of its sides sends something, as a device on the way does that has
     * forgotten it. New connections are not touched.
     */
    public FaultProxy forget() {
        return eachConnection(ProxiedConnection::forget);
    }

    /** Closes (FIN) all open connections on both sides, now; what is still under way is dropped. */
    public FaultProxy finish() {
        return eachConnection(connection -> {
            connection.halfClose(Direction.TO_CLIENT);
            connection.halfClose(Direction.TO_SERVER);
        });
    }

    /** Closes (FIN) this direction of all open connections, now; the other direction goes on. */
    public FaultProxy halfClose(Direction direction) {
        return eachConnection(connection -> connection.halfClose(direction));
    }

    /**
     * Arms a cut for the next COMMIT on any connection, in the simple or the extended protocol. Each COMMIT meets at most
     * one cut, the one armed first. Encrypted connections cannot be read, and so are never cut.
     */
    public Cut cutAt(CutPoint point, CutAction action) {
        return cuts.arm(point, action);
    }

    /**
     * Removes all faults, disarms all cuts and listens again. Connections that lost bytes are reset, because what would follow the gap
     * would be a stream no network delivers; delayed and frozen ones go on where they stopped.
     */
    public FaultProxy heal() {
        cuts.disarmAll();
        change(() -> {
            plan.heal();
            connections.forEach(ProxiedConnection::heal);
        });
        return listen();
    }

    /** Open client connections, also those that never reached the server. */
    public int connections() {
        return connections.count();
    }

    /** Bytes the sender of this direction has handed over, whether or not a fault let them pass. */
    public long bytes(Direction direction) {
        return traffic.bytes(direction);
    }

    /** How often the sender of this direction began to speak after the other side, or first. */
    public long bursts(Direction direction) {
        return traffic.bursts(direction);
    }

    /** How often the server answered after the client had spoken, over all connections. */
    public long roundTrips() {
        return traffic.roundTrips();
    }

    /** PostgreSQL messages of this type, as {@code 'Q'} or {@code 'Z'}, that have arrived from the sender of this direction. */
    public long messages(Direction direction, char type) {
        return traffic.messages().count(direction, type);
    }

    /** Tells the listener of each PostgreSQL message, on all connections, for the life of the proxy. */
    public FaultProxy onMessage(FrameListener listener) {
        traffic.messages().add(listener);
        return this;
    }

    /** Sets all counters of traffic to zero. */
    public FaultProxy resetCounters() {
        return change(traffic::reset);
    }

    /** Resets all connections, gives up the port and stops the thread; closing again does nothing. */
    @Override
    public void close() {
        cuts.disarmAll();
        connections.close();
    }

    private FaultProxy eachConnection(Consumer<ProxiedConnection> action) {
        connections.run(() -> connections.forEach(action));
        return this;
    }

    private FaultProxy change(Runnable change) {
        connections.run(() -> {
            change.run();
            connections.forEach(ProxiedConnection::planChanged);
        });
        return this;
    }

    private static void requirePort(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "port was " + port + ", allowed is 1 to 65535: pass the port the server listens on");
        }
    }

    private static void requireNotNegative(String what, Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(
                    what + " was " + duration + ", allowed is zero and more: pass Duration.ZERO for none");
        }
    }
}
