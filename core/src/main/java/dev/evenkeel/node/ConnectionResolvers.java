package dev.evenkeel.node;

import io.netty.resolver.AddressResolverGroup;
import java.net.SocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.transport.TransportConfig;

/**
 * Opens sockets, and closes the name resolver of each when it is open. The driver makes a resolver for each connection, also
 * for an address that needs none, and the event loop would keep all of them until it ends: a kilobyte for each attempt. That
 * a name is asked for anew each time is as it should be: it may lead elsewhere by now.
 */
enum ConnectionResolvers implements ConnectionProvider {
    CLOSED;

    private static final ConnectionProvider SOCKETS = ConnectionProvider.newConnection();

    @Override
    public Mono<? extends Connection> acquire(
            TransportConfig config,
            ConnectionObserver observer,
            @Nullable Supplier<? extends SocketAddress> remote,
            @Nullable AddressResolverGroup<?> resolvers) {
        Mono<? extends Connection> socket = SOCKETS.acquire(config, observer, remote, resolvers);
        return resolvers == null ? socket : socket.doFinally(end -> resolvers.close());
    }
}
