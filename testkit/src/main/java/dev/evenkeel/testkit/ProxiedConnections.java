package dev.evenkeel.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import reactor.core.scheduler.Schedulers;

/** The open connections of a proxy and the single event loop that serves them. */
final class ProxiedConnections {

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private final EventLoopGroup group;
    private final EventLoop loop;
    private volatile InetSocketAddress target;
    private final FaultPlan plan;
    private final ProxiedTraffic traffic;
    private final CutList cuts;
    private final FaultListener listener;
    private final Set<ProxiedConnection> open = ConcurrentHashMap.newKeySet();

    ProxiedConnections(InetSocketAddress target, FaultPlan plan, ProxiedTraffic traffic, CutList cuts) {
        this.target = target;
        this.plan = plan;
        this.traffic = traffic;
        this.cuts = cuts;
        // Not epoll: it reports a peer's FIN and RST also while nothing is read, which a frozen proxy must not notice.
        this.group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("fault-proxy", true), NioIoHandler.newFactory());
        this.loop = group.next();
        this.listener = new FaultListener(acceptor(), loop);
    }

    void target(InetSocketAddress other) {
        target = other;
    }

    FaultListener listener() {
        return listener;
    }

    int count() {
        return open.size();
    }

    void forEach(Consumer<ProxiedConnection> action) {
        List.copyOf(open).forEach(action);
    }

    void run(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            await(loop.submit(task));
        }
    }

    void await(Future<?> done) {
        if (!loop.inEventLoop() && !Schedulers.isInNonBlockingThread()) {
            done.syncUninterruptibly();
        }
    }

    void close() {
        if (!group.isShuttingDown()) {
            await(listener.close());
            run(() -> forEach(ProxiedConnection::reset));
            Future<?> ignored = group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        }
        await(group.terminationFuture());
    }

    private ServerBootstrap acceptor() {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel client) {
                        accept(client);
                    }
                });
    }

    private void accept(SocketChannel client) {
        if (plan.resetsOnAccept()) {
            ProxiedSocket.reset(client);
            return;
        }
        ProxiedConnection connection = new ProxiedConnection(client, plan, traffic, cuts);
        open.add(connection);
        client.closeFuture().addListener(closed -> forgetIfClosed(connection));
        if (plan.isUnreachable()) {
            connection.bytesLost();
        } else {
            connect(connection);
        }
    }

    private void connect(ProxiedConnection connection) {
        ChannelFuture connecting = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(target);
        connecting.addListener(result -> {
            if (result.isSuccess()) {
                connecting.channel().closeFuture().addListener(closed -> forgetIfClosed(connection));
                connection.connected((SocketChannel) connecting.channel());
            } else {
                connection.reset();
            }
        });
    }

    private void forgetIfClosed(ProxiedConnection connection) {
        if (connection.isClosed()) {
            open.remove(connection);
        }
    }
}
