package dev.evenkeel.migrations.session;

import java.sql.Connection;
import java.sql.SQLException;
import javax.net.ssl.SSLSocketFactory;
import org.postgresql.ds.PGSimpleDataSource;

/** Connects through the manager's encrypted sockets, which check the server themselves. */
final class EncryptedDataSource extends PGSimpleDataSource {

    private static final long serialVersionUID = 1L;

    private final transient SSLSocketFactory sockets;

    EncryptedDataSource(SSLSocketFactory sockets) {
        this.sockets = sockets;
        setSslMode("require");
        setSslfactory(ManagerSockets.class.getName());
    }

    @Override
    public synchronized Connection getConnection() throws SQLException {
        String key = ManagerSockets.lend(sockets);
        try {
            setSslFactoryArg(key);
            return super.getConnection();
        } finally {
            ManagerSockets.takeBack(key);
        }
    }
}
