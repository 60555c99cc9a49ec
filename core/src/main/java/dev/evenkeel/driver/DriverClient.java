package dev.evenkeel.driver;

import io.netty.channel.Channel;
import io.r2dbc.postgresql.ConnectionFunction;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.client.ReactorNettyClient;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.postgresql.message.backend.ParameterStatus;
import io.r2dbc.spi.R2dbcException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import reactor.netty.Connection;

/**
 * The driver's own protocol client behind a connection. The client is public and does what the SPI cannot express; the way
 * to it is not public, so it is looked up once, here and nowhere else, and another version of the driver that has no such way
 * is named at the first connection.
 */
public final class DriverClient {

    private static final String PACKAGE = "io.r2dbc.postgresql.";
    private static final MethodHandle CLIENT;
    private static final MethodHandle EXCEPTION;
    private static final MethodHandle FACTORY;
    private static final VarHandle NETWORK;
    private static final VarHandle TRANSACTION;
    private static final MethodHandle SETTING;

    static {
        try {
            Lookup client = MethodHandles.privateLookupIn(ReactorNettyClient.class, MethodHandles.lookup());
            NETWORK = client.findVarHandle(ReactorNettyClient.class, "connection", Connection.class);
            TRANSACTION = client.findVarHandle(ReactorNettyClient.class, "transactionStatus", TransactionStatus.class);
            Class<?> connection = Class.forName(PACKAGE + "PostgresqlConnection");
            CLIENT = MethodHandles.privateLookupIn(connection, MethodHandles.lookup())
                    .findVirtual(connection, "getClient", MethodType.methodType(Client.class))
                    .asType(MethodType.methodType(Client.class, PostgresqlConnection.class));
            SETTING = client.findVirtual(
                    ReactorNettyClient.class,
                    "handleParameterStatus",
                    MethodType.methodType(void.class, ParameterStatus.class));
            Class<?> factory = Class.forName(PACKAGE + "ExceptionFactory");
            EXCEPTION = MethodHandles.privateLookupIn(factory, MethodHandles.lookup())
                    .findStatic(
                            factory,
                            "createException",
                            MethodType.methodType(R2dbcException.class, ErrorResponse.class, String.class));
            FACTORY = MethodHandles.privateLookupIn(PostgresqlConnectionFactory.class, MethodHandles.lookup())
                    .findConstructor(
                            PostgresqlConnectionFactory.class,
                            MethodType.methodType(
                                    void.class, ConnectionFunction.class, PostgresqlConnectionConfiguration.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "this version of r2dbc-postgresql is not supported: use the one that evenkeel-bom manages", e);
        }
    }

    private DriverClient() {}

    public static Client of(PostgresqlConnection connection) {
        try {
            return (Client) CLIENT.invokeExact(connection);
        } catch (Throwable e) {
            throw new IllegalStateException("a connection that the driver did not make: " + connection, e);
        }
    }

    /** Where it reads and writes. */
    public static Channel channel(ReactorNettyClient client) {
        return ((Connection) NETWORK.get(client)).channel();
    }

    /** Tells it what the server has said of the transaction when it was ready. */
    public static void transactionStatus(ReactorNettyClient client, TransactionStatus status) {
        TRANSACTION.setVolatile(client, status);
    }

    /** Tells it that a setting has changed. */
    public static void setting(ReactorNettyClient client, ParameterStatus changed) {
        try {
            SETTING.invokeExact(client, changed);
        } catch (Throwable e) {
            throw new IllegalStateException("the driver takes no note of " + changed, e);
        }
    }

    /** A factory whose connections open their sockets in this way. */
    public static PostgresqlConnectionFactory factory(
            PostgresqlConnectionConfiguration configuration, ConnectionFunction connect) {
        try {
            return (PostgresqlConnectionFactory) FACTORY.invokeExact(connect, configuration);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the driver makes no factory", e);
        }
    }

    /** The exception that the driver would raise. */
    public static R2dbcException exception(ErrorResponse error, String sql) {
        try {
            return (R2dbcException) EXCEPTION.invokeExact(error, sql);
        } catch (Throwable e) {
            throw new IllegalStateException("the driver cannot read " + error, e);
        }
    }
}
