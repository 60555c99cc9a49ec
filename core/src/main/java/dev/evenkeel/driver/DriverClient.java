package dev.evenkeel.driver;

import io.r2dbc.postgresql.ConnectionFunction;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.spi.R2dbcException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

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

    static {
        try {
            Class<?> connection = Class.forName(PACKAGE + "PostgresqlConnection");
            CLIENT = MethodHandles.privateLookupIn(connection, MethodHandles.lookup())
                    .findVirtual(connection, "getClient", MethodType.methodType(Client.class))
                    .asType(MethodType.methodType(Client.class, PostgresqlConnection.class));
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
