package dev.evenkeel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.TlsConfig;
import dev.evenkeel.error.AuthenticationFailedException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What cannot start says why, in time, and leaves nothing behind. */
@WithPostgres(user = "app", password = "right")
class StartupIT {

    private static final Duration IMPATIENCE = Duration.ofSeconds(1);

    private final PostgresCluster cluster;

    StartupIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private DatabaseConfig.Builder to(String url) {
        return DatabaseConfig.builder()
                .primary(url)
                .pool(PoolConfig.builder().connectTimeout(Databases.PATIENCE).build());
    }

    /** For servers that say nothing. */
    private DatabaseConfig.Builder impatientlyTo(String url) {
        return to(url).pool(PoolConfig.builder().connectTimeout(IMPATIENCE).build());
    }

    private String url(int port, String database) {
        return "r2dbc:postgresql://app:right@127.0.0.1:%d/%s".formatted(port, database);
    }

    private static DatabaseException failure(DatabaseConfig config) {
        try {
            ReactiveDatabaseManager.start(config).block(Databases.PATIENCE);
        } catch (DatabaseException expected) {
            return expected;
        }
        throw new AssertionError("it started");
    }

    @Test
    void startsAndStopsWithTheRightPassword() {
        ReactiveDatabaseManager db =
                Databases.start(to(cluster.url(cluster.primary())).build());
        assertThat(db.metrics().pools().values().iterator().next().idle()).isEqualTo(PoolConfig.DEFAULT_MIN_SIZE);
        db.shutdown().block(Databases.PATIENCE);
    }

    @Test
    void aWrongPasswordIsAnAuthenticationFailureThatDoesNotShowIt() {
        DatabaseException failure = failure(to(cluster.url(cluster.primary()))
                .credentials(Credentials.of("app", "wr0ng"))
                .build());

        assertThat(failure).isInstanceOf(AuthenticationFailedException.class);
        assertThat(failure.code()).isEqualTo("28P01");
        assertThat(failure.type()).isEqualTo(ErrorType.CONNECTION);
        assertThat(failure.safeToRetry()).isFalse();
        assertThat(failure).hasMessageContaining("primary").hasMessageContaining("check user and password");
        assertThat(failure).hasMessageNotContaining("wr0ng");
    }

    @Test
    void anUnknownDatabaseIsNamedWithItsRemedy() {
        DatabaseException failure =
                failure(to(url(cluster.primary().port(), "nowhere")).build());

        assertThat(failure).isInstanceOf(AuthenticationFailedException.class);
        assertThat(failure.code()).isEqualTo("3D000");
        assertThat(failure).hasMessageContaining("nowhere").hasMessageContaining("check the database name");
    }

    @Test
    void aClosedPortIsAnUnavailableNode() {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", cluster.primary().port())) {
            proxy.refuse();

            DatabaseException failure =
                    failure(to(url(proxy.port(), "postgres")).build());

            assertThat(failure).isInstanceOf(NodeUnavailableException.class);
            assertThat(failure.safeToRetry()).isTrue();
            assertThat(failure)
                    .hasMessageContaining("127.0.0.1:" + proxy.port())
                    .hasMessageContaining("check that the server runs");
        }
    }

    @Test
    void aNameThatDoesNotResolveIsSaidToBeOne() {
        // Who is asked for the name may be busy.
        DatabaseException refused = failure(
                to("r2dbc:postgresql://app:right@no-such-host.invalid/postgres").build());

        assertThat(refused.summary()).contains("no-such-host.invalid", "does not resolve");
        assertThat(refused.suggestions()).contains("check the spelling of the host");
        assertThat(refused.toString()).doesNotContain("firewall");
    }

    /** The others served, and a misspelt replica was never used. */
    @Test
    void aReplicaThatDoesNotAnswerIsWarnedOf() {
        Logger log = (Logger) LoggerFactory.getLogger("dev.evenkeel.assembly.Startup");
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        log.addAppender(said);
        try {
            ReactiveDatabaseManager db =
                    Databases.start(impatientlyTo(url(cluster.primary().port(), "postgres"))
                            .replica("r2dbc:postgresql://app:right@no-such-host.invalid/postgres")
                            .build());
            db.shutdown().block(Databases.PATIENCE);
        } finally {
            log.detachAppender(said);
        }

        assertThat(said.list)
                .filteredOn(event -> event.getLevel() == Level.WARN)
                .singleElement()
                .satisfies(warning -> assertThat(warning.getFormattedMessage())
                        .contains("no-such-host.invalid", "replica", "does not resolve"));
    }

    @Test
    void aServerThatAcceptsAndNeverAnswersIsGivenUpWithinItsDeadline() {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", cluster.primary().port())) {
            proxy.blackhole();

            DatabaseException failure =
                    failure(impatientlyTo(url(proxy.port(), "postgres")).build());

            assertThat(failure).isInstanceOf(NodeUnavailableException.class);
            assertThat(failure).hasMessageContaining("within");
            assertThat(failure.suggestions()).isNotEmpty();
        }
    }

    @Test
    void aServerWithoutTlsIsNotTalkedToInPlaintextInstead() {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", cluster.primary().port())) {
            DatabaseException failure = failure(to(url(proxy.port(), "postgres"))
                    .tls(TlsConfig.verifyFull())
                    .build());

            assertThat(failure).isInstanceOf(NodeUnavailableException.class);
            assertThat(failure.code()).isEqualTo("TLS_NOT_OFFERED");
            assertThat(failure).hasMessageContaining("offers no TLS").hasMessageContaining("switch ssl on");
            assertThat(proxy.messages(Direction.TO_CLIENT, 'R'))
                    .as("requests for a password")
                    .isZero();
        }
    }

    @Test
    void theSocketsOfAbandonedLoginsAreClosed() {
        try (MuteServer mute = new MuteServer()) {
            failure(impatientlyTo(url(mute.port(), "postgres")).build());

            assertThat(mute.accepted()).isPositive();
            Databases.await("no socket is left", () -> mute.open() == 0);
        }
    }

    @Test
    void anOptionThatTheDriverRefusesIsNamed() {
        assertThatThrownBy(() -> ReactiveDatabaseManager.start(
                                to(cluster.url(cluster.primary()) + "?preparedStatementCacheQueries=many")
                                        .build())
                        .block(Databases.PATIENCE))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("primary");
    }

    @Test
    void aMissingHostVariableIsNamed() {
        assertThatThrownBy(() -> DatabaseConfig.fromEnvironment(Map.of()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("DATABASE_HOST");
    }

    @Test
    void startsFromEnvironmentVariables() {
        ReactiveDatabaseManager db = Databases.start(DatabaseConfig.fromEnvironment(Map.of(
                "DATABASE_HOST", "127.0.0.1",
                "DATABASE_PORT", String.valueOf(cluster.primary().port()),
                "DATABASE_USER", "app",
                "DATABASE_PASSWORD", "right")));

        assertThat(db.query("select current_user::text")
                        .one(row -> row.get(0, String.class))
                        .block(Databases.PATIENCE))
                .isEqualTo("app");
        db.shutdown().block(Databases.PATIENCE);
    }
}
