package dev.evenkeel.config;

import static io.r2dbc.spi.ConnectionFactoryOptions.DATABASE;
import static io.r2dbc.spi.ConnectionFactoryOptions.DRIVER;
import static io.r2dbc.spi.ConnectionFactoryOptions.HOST;
import static io.r2dbc.spi.ConnectionFactoryOptions.PORT;
import static io.r2dbc.spi.ConnectionFactoryOptions.PROTOCOL;

import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.Redaction;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.util.Objects;

/**
 * Where one server is. Its role is not configured: it is discovered.
 *
 * @param setting the setting that it came from, for messages: {@code primary} or {@code replica[0]}
 * @param host name or address
 * @param port TCP port, 1 to 65,535
 * @param database database name
 * @param tls what the URL says about encryption
 * @param options everything else in the URL, as the driver takes it
 */
public record NodeConfig(
        String setting, String host, int port, String database, TlsConfig tls, ConnectionFactoryOptions options) {

    public static final int DEFAULT_PORT = 5432;

    private static final String FORM = "r2dbc:postgresql://user:secret@host:5432/database";

    public NodeConfig {
        Require.between(setting + " (port)", port, 1, 65_535, "the usual port is 5432");
    }

    /**
     * Reads {@code r2dbc:postgresql://user:secret@host:port/database?option=value}.
     *
     * @throws InvalidConfigurationException when it is anything else; the message has no password
     */
    public static NodeConfig parse(String setting, String url) {
        ConnectionFactoryOptions options;
        try {
            options = ConnectionFactoryOptions.parse(url);
        } catch (IllegalArgumentException e) {
            throw unusable(
                    setting,
                    Redaction.url(url),
                    "a URL of the form " + FORM,
                    "special characters in it must be %-encoded");
        }
        return of(setting, Redaction.url(url), options);
    }

    /**
     * Takes what another library has read already; TLS options count as in a URL.
     *
     * @throws InvalidConfigurationException when it is not one PostgreSQL server with a database
     */
    public static NodeConfig of(String setting, ConnectionFactoryOptions options) {
        String text = "%s on %s".formatted(options.getValue(DRIVER), options.getValue(HOST));
        return of(setting, text, options);
    }

    private static NodeConfig of(String setting, String url, ConnectionFactoryOptions options) {
        if (!Objects.equals(options.getValue(DRIVER), "postgresql")) {
            throw unusable(setting, url, "a URL that begins with r2dbc:postgresql:", "other databases are not served");
        }
        if (options.hasOption(PROTOCOL)
                && !String.valueOf(options.getValue(PROTOCOL)).isEmpty()) {
            throw unusable(setting, url, "the plain form " + FORM, "Evenkeel does failover itself");
        }
        String host = String.valueOf(options.getValue(HOST));
        if (host.contains(",")) {
            throw unusable(setting, url, "the URL of one server", "name each server by a 'replica' of its own");
        }
        Object database = options.getValue(DATABASE);
        if (database == null || String.valueOf(database).isBlank()) {
            throw unusable(setting, url, "a URL with a database name", "end it with /database");
        }
        Object port = options.getValue(PORT);
        return new NodeConfig(
                setting,
                host,
                port == null ? DEFAULT_PORT : (Integer) port,
                String.valueOf(database),
                UrlTls.read(setting, options),
                UrlTls.without(options));
    }

    private static InvalidConfigurationException unusable(String setting, String url, String allowed, String remedy) {
        return InvalidConfigurationException.of(setting, "'" + url + "'", allowed, remedy);
    }

    /** {@code host:port}: how messages, metrics and snapshots call this server. */
    public String name() {
        return host + ":" + port;
    }

    @Override
    public String toString() {
        return "%s %s/%s".formatted(setting, name(), database);
    }
}
