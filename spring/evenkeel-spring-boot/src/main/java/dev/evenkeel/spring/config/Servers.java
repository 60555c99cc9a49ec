package dev.evenkeel.spring.config;

import static io.r2dbc.spi.ConnectionFactoryOptions.DRIVER;
import static io.r2dbc.spi.ConnectionFactoryOptions.HOST;
import static io.r2dbc.spi.ConnectionFactoryOptions.PORT;
import static io.r2dbc.spi.ConnectionFactoryOptions.PROTOCOL;

import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.Redaction;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;

/** The servers that Spring's connection details and {@code evenkeel.replicas} name. */
final class Servers {

    private static final Pattern PLACE = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:/\\s]+)(?::(\\d{1,5}))?");

    private final ConnectionFactoryOptions first;
    private final UnaryOperator<ConnectionFactoryOptions> customizing;

    private Servers(ConnectionFactoryOptions first, UnaryOperator<ConnectionFactoryOptions> customizing) {
        this.first = first;
        this.customizing = customizing;
    }

    /**
     * Reads where the first server is.
     *
     * @param customizing is applied to the options of each server
     */
    static Servers of(@Nullable R2dbcConnectionDetails details, UnaryOperator<ConnectionFactoryOptions> customizing) {
        if (details == null) {
            throw InvalidConfigurationException.of(
                    "primary",
                    "missing",
                    "the URL of a server",
                    "set spring.r2dbc.url=r2dbc:postgresql://host:5432/database, or evenkeel.enabled=false");
        }
        return new Servers(withoutPool(read(details)), customizing);
    }

    /** The reader's own message has all of the URL, password included. */
    private static ConnectionFactoryOptions read(R2dbcConnectionDetails details) {
        try {
            return details.getConnectionFactoryOptions();
        } catch (IllegalArgumentException e) {
            throw InvalidConfigurationException.of(
                    "primary",
                    "unreadable",
                    "a URL of the form r2dbc:postgresql://host:5432/database",
                    "look at this: " + Redaction.url(String.valueOf(e.getMessage())));
        }
    }

    /** Whoever asked for Spring's pool in the URL has one. */
    private static ConnectionFactoryOptions withoutPool(ConnectionFactoryOptions options) {
        return "pool".equals(options.getValue(DRIVER)) && options.getValue(PROTOCOL) instanceof String driver
                ? options.mutate().option(DRIVER, driver).option(PROTOCOL, "").build()
                : options;
    }

    List<NodeConfig> all(List<String> replicas) {
        List<NodeConfig> nodes = new ArrayList<>();
        nodes.add(NodeConfig.of("primary", customizing.apply(first)));
        for (int i = 0; i < replicas.size(); i++) {
            nodes.add(replica("replica[%d]".formatted(i), replicas.get(i).trim()));
        }
        return nodes;
    }

    private NodeConfig replica(String setting, String text) {
        return text.startsWith("r2dbc:")
                ? NodeConfig.of(setting, customizing.apply(completed(setting, text)))
                : NodeConfig.of(setting, customizing.apply(sameBut(setting, text)));
    }

    /** What the URL does not say, such as the password, is as for the first server. */
    private ConnectionFactoryOptions completed(String setting, String url) {
        NodeConfig.parse(setting, url);
        ConnectionFactoryOptions own = ConnectionFactoryOptions.parse(url);
        return ConnectionFactoryOptions.builder()
                .from(first, option -> !option.equals(PORT))
                .from(own)
                .build();
    }

    private ConnectionFactoryOptions sameBut(String setting, String place) {
        Matcher parts = PLACE.matcher(place);
        if (!parts.matches()) {
            throw InvalidConfigurationException.of(
                    setting,
                    "not the name of a server",
                    "'host', 'host:port' or a URL that begins with r2dbc:postgresql:",
                    "write one server in each place of the list");
        }
        String port = parts.group(2);
        return first.mutate()
                .option(HOST, parts.group(1))
                .option(PORT, port == null ? NodeConfig.DEFAULT_PORT : Integer.parseInt(port))
                .build();
    }
}
