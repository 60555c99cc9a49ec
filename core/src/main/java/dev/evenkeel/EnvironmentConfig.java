package dev.evenkeel;

import static io.r2dbc.spi.ConnectionFactoryOptions.DATABASE;
import static io.r2dbc.spi.ConnectionFactoryOptions.DRIVER;
import static io.r2dbc.spi.ConnectionFactoryOptions.HOST;
import static io.r2dbc.spi.ConnectionFactoryOptions.PASSWORD;
import static io.r2dbc.spi.ConnectionFactoryOptions.PORT;
import static io.r2dbc.spi.ConnectionFactoryOptions.USER;

import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.Profile;
import dev.evenkeel.config.TlsConfig;
import dev.evenkeel.error.InvalidConfigurationException;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.util.Map;
import java.util.stream.Stream;

/** Reads the settings of a container: one variable each, no URL to encode. */
final class EnvironmentConfig {

    private final Map<String, String> environment;

    private EnvironmentConfig(Map<String, String> environment) {
        this.environment = environment;
    }

    static DatabaseConfig read(Map<String, String> environment) {
        return new EnvironmentConfig(environment).read();
    }

    private DatabaseConfig read() {
        String host = environment.getOrDefault("DATABASE_HOST", "").trim();
        if (host.isEmpty()) {
            throw InvalidConfigurationException.of(
                    "DATABASE_HOST", "missing", "the name or address of the primary", "set the environment variable");
        }
        int port = port("DATABASE_PORT", environment.getOrDefault("DATABASE_PORT", "5432"));
        DatabaseConfig.Builder builder = builder().primary(node("DATABASE_HOST", host, port));
        String replicas = environment.getOrDefault("DATABASE_REPLICA_HOSTS", "");
        Stream.of(replicas.split(",", -1))
                .map(String::trim)
                .filter(replica -> !replica.isEmpty())
                .forEach(replica -> builder.replica(replica(replica, port)));
        return builder.build();
    }

    private DatabaseConfig.Builder builder() {
        String profile = environment.getOrDefault("DATABASE_PROFILE", "");
        return profile.isBlank()
                ? DatabaseConfig.builder()
                : DatabaseConfig.builder(Profile.parse("DATABASE_PROFILE", profile));
    }

    private NodeConfig replica(String text, int defaultPort) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return node("DATABASE_REPLICA_HOSTS", text, defaultPort);
        }
        int port = port("DATABASE_REPLICA_HOSTS", text.substring(colon + 1));
        return node("DATABASE_REPLICA_HOSTS", text.substring(0, colon), port);
    }

    private NodeConfig node(String variable, String host, int port) {
        String database = environment.getOrDefault("DATABASE_NAME", "postgres");
        ConnectionFactoryOptions.Builder options = ConnectionFactoryOptions.builder()
                .option(DRIVER, "postgresql")
                .option(HOST, host)
                .option(PORT, port)
                .option(DATABASE, database)
                .option(USER, environment.getOrDefault("DATABASE_USER", "postgres"));
        String password = environment.get("DATABASE_PASSWORD");
        if (password != null) {
            options.option(PASSWORD, password);
        }
        return new NodeConfig(variable, host, port, database, TlsConfig.disabled(), options.build());
    }

    private static int port(String variable, String text) {
        try {
            return Integer.parseInt(text.trim());
        } catch (NumberFormatException e) {
            throw InvalidConfigurationException.of(
                    variable, "'" + text + "'", "a port between 1 and 65535", "the usual port is 5432");
        }
    }
}
