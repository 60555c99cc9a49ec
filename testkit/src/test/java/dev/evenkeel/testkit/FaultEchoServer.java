package dev.evenkeel.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Sends back what it receives and remembers how each connection ended. */
final class FaultEchoServer implements Closeable {

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong received = new AtomicLong();
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicInteger broken = new AtomicInteger();

    FaultEchoServer() throws IOException {
        daemon(this::acceptAll);
    }

    int port() {
        return listener.getLocalPort();
    }

    int accepted() {
        return sockets.size();
    }

    long received() {
        return received.get();
    }

    /** Connections whose client has closed its half properly. */
    int finished() {
        return finished.get();
    }

    /** Connections that ended with an error, such as a reset. */
    int broken() {
        return broken.get();
    }

    void closeConnections() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        closeConnections();
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                daemon(() -> echo(socket));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void echo(Socket socket) {
        byte[] buffer = new byte[64 * 1024];
        try (socket) {
            int size;
            while ((size = socket.getInputStream().read(buffer)) >= 0) {
                received.addAndGet(size);
                socket.getOutputStream().write(buffer, 0, size);
            }
            finished.incrementAndGet();
        } catch (IOException e) {
            broken.incrementAndGet();
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "echo");
        thread.setDaemon(true);
        thread.start();
    }
}
