package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.TlsConfig;
import dev.evenkeel.error.AuthenticationFailedException;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** The migration's own connection is as secure as those of the manager, and nobody configures it twice. */
@WithPostgres(
        isolated = true,
        replicas = 1,
        tls = true,
        user = "clerk",
        password = "s3cret with blank",
        database = "shop")
class SecureSessionIT {

    private static final String WHO = "create table who as select current_user as name, ssl, version, application_name,"
            + " current_setting('TimeZone') as zone, pg_is_in_recovery() as replica"
            + " from pg_stat_ssl join pg_stat_activity using (pid) where pid = pg_backend_pid();";

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    SecureSessionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void takesTlsAndCredentialsAndThePrimaryFromTheManager() {
        Schemas.write(root.resolve("migration"), "V1__who.sql", WHO);
        DatabaseConfig config = Schemas.config(cluster)
                // The other way round: roles are discovered.
                .primary(cluster.url(cluster.replicas().get(0)))
                .replica(cluster.url(cluster.primary()))
                .tls(TlsConfig.verifyFull(cluster.tls().authority()))
                .credentials(() -> Mono.just(Credentials.of("clerk", "s3cret with blank")))
                .build();
        ReactiveDatabaseManager db = Schemas.start(config);
        try {
            Schemas.migrate(Schemas.migrations(db, root));

            assertThat(
                            cluster.primary()
                                    .queryOne(
                                            "select concat_ws(' ', name, ssl, version, application_name, zone, replica) from who"))
                    .isEqualTo("clerk t TLSv1.3 shop:migrate UTC f");

            Schemas.write(root.resolve("migration"), "V2__more.sql", "create table more (id int);");
            assertThatThrownBy(() -> Schemas.migrate(Schemas.migrations(
                            db, root, own -> own.credentials(() -> Mono.just(Credentials.of("clerk", "guess"))))))
                    .isInstanceOf(AuthenticationFailedException.class)
                    .hasMessageNotContaining("guess");
        } finally {
            db.shutdown().block(Schemas.PATIENCE);
        }
    }
}
