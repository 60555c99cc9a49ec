package dev.evenkeel.testkit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The listening socket of a proxy, which can go away and come back on the same port. */
final class FaultListener {

    private static final int ATTEMPTS = 1_000;

    private final ServerBootstrap bootstrap;
    private final EventLoop loop;
    private final InetSocketAddress address;
    private @Nullable Channel channel;
    private @Nullable Socket reservation;

    FaultListener(ServerBootstrap bootstrap, EventLoop loop) {
        this.bootstrap = bootstrap;
        this.loop = loop;
        this.channel = bootstrap
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        this.address = (InetSocketAddress) channel.localAddress();
    }

    String host() {
        return address.getAddress().getHostAddress();
    }

    int port() {
        return address.getPort();
    }

    Future<?> refuse() {
        Promise<@Nullable Void> done = loop.newPromise();
        loop.execute(() -> {
            if (channel == null) {
                done.setSuccess(null);
                return;
            }
            channel.close().addListener(closed -> reserve(done, ATTEMPTS));
            channel = null;
        });
        return done;
    }

    Future<?> listen() {
        Promise<@Nullable Void> done = loop.newPromise();
        loop.execute(() -> {
            if (channel != null) {
                done.setSuccess(null);
                return;
            }
            cancelReservation();
            ChannelFuture bound = bootstrap.bind(address);
            channel = bound.channel();
            bound.addListener(result -> {
                if (result.isSuccess()) {
                    done.setSuccess(null);
                } else {
                    channel = null;
                    done.setFailure(result.cause());
                }
            });
        });
        return done;
    }

    Future<?> close() {
        Promise<@Nullable Void> done = loop.newPromise();
        loop.execute(() -> {
            cancelReservation();
            if (channel == null) {
                done.setSuccess(null);
            } else {
                channel.close().addListener(closed -> done.setSuccess(null));
                channel = null;
            }
        });
        return done;
    }

    /**
     * A bound socket that does not listen refuses like a closed port. Without it the kernel could give the port to
     * someone else, or to a client as its own source port, which then connects to itself.
     *
     * <p>The port is free only after the next pass of the selector, hence the attempts.
     */
    private void reserve(Promise<@Nullable Void> done, int attempts) {
        Socket socket = new Socket();
        try {
            socket.setReuseAddress(true);
            socket.bind(address);
            reservation = socket;
            done.setSuccess(null);
        } catch (IOException e) {
            close(socket);
            if (attempts > 1) {
                Future<?> ignored = loop.schedule(() -> reserve(done, attempts - 1), 1, TimeUnit.MILLISECONDS);
            } else {
                done.setFailure(e);
            }
        }
    }

    private void cancelReservation() {
        if (reservation != null) {
            close(reservation);
            reservation = null;
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give up a reserved port", e);
        }
    }
}
