package dev.evenkeel.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports below the range from which the system serves outgoing connections. Inside that range a client that keeps trying
 * to reach a dead server can be given the server's own port as its local one and end up talking to itself.
 */
final class FreePorts {

    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;
    private static final int TRIES = 200;

    /** Test processes side by side do not see which ports the nodes keep that are down in another one. */
    private static final int SHARES = 4;

    private static final int SHARE = (HIGHEST - LOWEST) / SHARES;
    private static final int FIRST = LOWEST + Integer.getInteger("surefire.forkNumber", 0) % SHARES * SHARE;

    // A node that is down keeps its port, though nobody listens there.
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

    private FreePorts() {}

    static int take() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, FIRST + SHARE);
            if (TAKEN.add(port)) {
                if (free(port)) {
                    return port;
                }
                TAKEN.remove(port);
            }
        }
        throw new IllegalStateException("No free port found between " + FIRST + " and " + (FIRST + SHARE) + " in "
                + TRIES + " tries: close clusters that are not needed any more");
    }

    static void giveBack(int port) {
        TAKEN.remove(port);
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
