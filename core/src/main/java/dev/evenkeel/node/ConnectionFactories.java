package dev.evenkeel.node;

import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.Secret;
import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.wire.AnswerDecoder;
import io.r2dbc.postgresql.ConnectionFunction;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.client.ReactorNettyClient;
import io.r2dbc.postgresql.util.LogLevel;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/** Makes the driver's factory for one server out of our settings and whatever the URL says. */
public final class ConnectionFactories {

    /** The driver's default keeps every statement for ever, on both sides. */
    private static final int PREPARED_STATEMENTS = 256;

    /** As the driver connects, but through {@link ConnectionResolvers}, and with a place for answers that are not the driver's. */
    private static final ConnectionFunction CONNECT = (address, settings) -> ReactorNettyClient.connect(
                    address, settings.mutate(own -> own.connectionProvider(ConnectionResolvers.CLOSED)))
            .doOnNext(AnswerDecoder::install)
            .cast(Client.class);

    private ConnectionFactories() {}

    /**
     * Whether the URL leaves it to us how statements are sent and results are read. If it does not, the driver does it: whoever
     * keeps it from preparing statements has a pooler in between.
     */
    static boolean leavesStatementsToUs(NodeConfig node) {
        ConnectionFactoryOptions url = node.options();
        return Stream.of(
                        PostgresqlConnectionFactoryProvider.PREPARED_STATEMENT_CACHE_QUERIES,
                        PostgresqlConnectionFactoryProvider.FORCE_BINARY,
                        PostgresqlConnectionFactoryProvider.FETCH_SIZE,
                        PostgresqlConnectionFactoryProvider.COMPATIBILITY_MODE)
                .noneMatch(url::hasOption);
    }

    /**
     * Settings win over the defaults, and the URL's options over both.
     *
     * @throws InvalidConfigurationException when the driver refuses an option of the URL
     */
    public static PostgresqlConnectionFactory create(
            NodeConfig node,
            Encryption encryption,
            @Nullable Credentials credentials,
            Duration connectTimeout,
            String applicationName,
            LoopResources loops) {
        // The driver wants to find a user in there.
        ConnectionFactoryOptions url = credentials == null
                ? node.options()
                : node.options()
                        .mutate()
                        .option(ConnectionFactoryOptions.USER, credentials.user())
                        .build();
        PostgresqlConnectionConfiguration.Builder builder;
        try {
            builder = PostgresqlConnectionFactoryProvider.builder(url);
        } catch (RuntimeException e) {
            throw refused(node, e);
        }
        builder.connectTimeout(connectTimeout)
                .tcpKeepAlive(true)
                .errorResponseLogLevel(LogLevel.DEBUG)
                .loopResources(loops);
        if (!url.hasOption(PostgresqlConnectionFactoryProvider.APPLICATION_NAME)) {
            builder.applicationName(applicationName);
        }
        if (!url.hasOption(PostgresqlConnectionFactoryProvider.PREPARED_STATEMENT_CACHE_QUERIES)) {
            builder.preparedStatementCacheQueries(PREPARED_STATEMENTS);
        }
        if (!url.hasOption(PostgresqlConnectionFactoryProvider.AUTODETECT_EXTENSIONS)) {
            builder.autodetectExtensions(false);
        }
        if (credentials != null) {
            Secret password = credentials.password();
            builder.username(credentials.user()).password(password == null ? null : password.reveal());
        }
        encryption.into(builder);
        try {
            return DriverClient.factory(builder.build(), CONNECT);
        } catch (RuntimeException e) {
            throw refused(node, e);
        }
    }

    private static InvalidConfigurationException refused(NodeConfig node, RuntimeException cause) {
        return InvalidConfigurationException.of(
                node.setting(),
                "'" + node.name() + "'",
                "a URL that the driver accepts (it says: " + cause.getMessage() + ")",
                "correct or remove the option that it names");
    }
}
