package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

@WithPostgres(tls = true, user = "clerk", password = "s3cret with blank", database = "shop")
class TlsIT {

    private final PostgresCluster cluster;
    private final String url;

    TlsIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.url = cluster.jdbcUrl(cluster.primary());
    }

    @Test
    void verifiedHostAndScramWithChannelBinding() throws SQLException {
        assertThat(session(url + verifyFull(cluster.tls().authority()) + "&channelBinding=require"))
                .isEqualTo("clerk TLSv1.3");
        assertThat(session(url.replace("127.0.0.1", "localhost")
                        + verifyFull(cluster.tls().authority())))
                .isEqualTo("clerk TLSv1.3");
    }

    @Test
    void strangerAuthorityIsRefusedByTheClient() {
        assertThatThrownBy(() -> session(url + verifyFull(cluster.tls().strangerAuthority())))
                .hasRootCauseInstanceOf(java.security.GeneralSecurityException.class)
                .hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void wrongPasswordIsRefusedByTheServer() {
        assertThatThrownBy(() -> session(url.replace("s3cret", "guess")))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refused -> assertThat(refused.getSQLState()).isEqualTo("28P01"));
    }

    @Test
    void clientCertificateReplacesThePassword() throws SQLException {
        String certified = url.replaceAll("user=.*", "user=" + TlsMaterial.CLIENT_USER)
                + verifyFull(cluster.tls().authority());

        assertThat(session(certified + "&sslcert=" + cluster.tls().clientCertificate() + "&sslkey="
                        + cluster.tls().clientKeyDer()))
                .isEqualTo(TlsMaterial.CLIENT_USER + " TLSv1.3");
        assertThatThrownBy(() -> session(certified)).isInstanceOf(SQLException.class);
    }

    private static String verifyFull(Path authority) {
        return "&sslmode=verify-full&sslrootcert=" + authority;
    }

    private static String session(String jdbcUrl) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("select current_user || ' ' || version from pg_stat_ssl"
                                + " where pid = pg_backend_pid()")) {
            rows.next();
            return rows.getString(1);
        }
    }
}
