package dev.evenkeel.migrations.session;

import static io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider.SCHEMA;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.Secret;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** Makes a JDBC data source for the server that the manager's R2DBC settings name, so that nobody configures it twice. */
final class DataSources {

    private static final String SUFFIX = ":migrate";
    private static final int LONGEST_NAME = 63;

    private DataSources() {}

    /** The {@code sockets} are the manager's, {@code null} for plaintext. */
    static PGSimpleDataSource of(
            DatabaseConfig config, NodeConfig node, @Nullable Credentials login, @Nullable SSLSocketFactory sockets) {
        PGSimpleDataSource source = sockets == null ? plain() : new EncryptedDataSource(sockets);
        source.setServerNames(new String[] {node.host()});
        source.setPortNumbers(new int[] {node.port()});
        source.setDatabaseName(node.database());
        source.setApplicationName(applicationName(config));
        source.setConnectTimeout(
                (int) Math.max(1, config.pool().connectTimeout().toSeconds()));
        source.setLoginTimeout((int) Math.max(1, config.pool().connectTimeout().toSeconds()));
        source.setTcpKeepAlive(true);
        ConnectionFactoryOptions url = node.options();
        text(url, SCHEMA).ifPresent(source::setCurrentSchema);
        if (login == null) {
            text(url, ConnectionFactoryOptions.USER).ifPresent(source::setUser);
            text(url, ConnectionFactoryOptions.PASSWORD).ifPresent(source::setPassword);
        } else {
            Secret password = login.password();
            source.setUser(login.user());
            source.setPassword(password == null ? null : password.reveal());
        }
        return source;
    }

    private static PGSimpleDataSource plain() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setSslMode("disable");
        return source;
    }

    static String applicationName(DatabaseConfig config) {
        String name = config.applicationName();
        return name.substring(0, Math.min(name.length(), LONGEST_NAME - SUFFIX.length())) + SUFFIX;
    }

    private static Optional<String> text(ConnectionFactoryOptions url, Option<?> option) {
        return Optional.ofNullable(url.getValue(option)).map(Object::toString);
    }
}
