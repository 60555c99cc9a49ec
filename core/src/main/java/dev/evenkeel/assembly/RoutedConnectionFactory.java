package dev.evenkeel.assembly;

import dev.evenkeel.CallContext;
import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.ReactiveDatabaseManager;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import reactor.core.publisher.Mono;

/** The manager's road in the clothes of the R2DBC SPI; the Reactor Context says what kind of connection is wanted. */
record RoutedConnectionFactory(ReactiveDatabaseManager manager) implements ConnectionFactory {

    @Override
    public Mono<Connection> create() {
        return Mono.deferContextual(
                context -> manager.getConnection(CallContext.options(context).orElse(ConnectionOptions.write())));
    }

    /** The name that Spring and jOOQ recognise the dialect by. */
    @Override
    public ConnectionFactoryMetadata getMetadata() {
        return () -> "PostgreSQL";
    }
}
