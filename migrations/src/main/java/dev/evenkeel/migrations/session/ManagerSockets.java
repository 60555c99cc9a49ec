package dev.evenkeel.migrations.session;

import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLSocketFactory;
import org.postgresql.PGProperty;
import org.postgresql.ssl.WrappedFactory;

/**
 * Lets the JDBC driver open its sockets as the manager does, with the same authorities and client certificate, wherever those
 * come from. The driver takes the name of a class and makes an instance itself, so what it is to use is put down here under a
 * key for as long as it connects. Public because the driver makes it; of no use to anybody else.
 */
public final class ManagerSockets extends WrappedFactory {

    private static final Map<String, SSLSocketFactory> LENT = new ConcurrentHashMap<>();

    /** Called by the driver. */
    public ManagerSockets(Properties settings) {
        SSLSocketFactory lent = LENT.get(PGProperty.SSL_FACTORY_ARG.getOrDefault(settings));
        if (lent == null) {
            throw new IllegalStateException("opened by somebody else than the migrations");
        }
        factory = lent;
    }

    /** Returns the key; {@link #takeBack} must follow. */
    static String lend(SSLSocketFactory sockets) {
        String key = UUID.randomUUID().toString();
        LENT.put(key, sockets);
        return key;
    }

    static void takeBack(String key) {
        LENT.remove(key);
    }
}
