package dev.evenkeel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.Profile;
import dev.evenkeel.config.TlsConfig;
import dev.evenkeel.error.InvalidConfigurationException;
import io.r2dbc.spi.IsolationLevel;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DatabaseConfigTest {

    private static final String URL = "r2dbc:postgresql://app:s3cret@db/shop";

    @Test
    void needsAServer() {
        assertThatThrownBy(() -> DatabaseConfig.builder().build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("'primary' is missing");
    }

    @Test
    void refusesTheSameServerTwice() {
        assertThatThrownBy(
                        () -> DatabaseConfig.builder().primary(URL).replica(URL).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("replica[0]");
    }

    @Test
    void refusesATimeoutOfZero() {
        assertThatThrownBy(() -> ConnectionOptions.read().timeout(Duration.ZERO))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("timeout");
        assertThatThrownBy(() -> TransactionOptions.builder()
                        .timeout(Duration.ofSeconds(-1))
                        .build())
                .isInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void refusesAnIsolationLevelThatIsNone() {
        assertThatThrownBy(() -> TransactionOptions.builder()
                        .isolation(IsolationLevel.valueOf("SERIALIZABLE; drop table t"))
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("REPEATABLE READ");
    }

    @Test
    void refusesAnApplicationNameThatPostgresqlWouldCutOff() {
        assertThatThrownBy(() -> DatabaseConfig.builder()
                        .primary(URL)
                        .applicationName("x".repeat(64))
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("1 to 63");
    }

    @Test
    void refusesToSwitchOffTheEncryptionThatAUrlAsksFor() {
        assertThatThrownBy(() -> DatabaseConfig.builder()
                        .primary(URL + "?ssl=true")
                        .tls(TlsConfig.disabled())
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("'tls' is DISABLED although 'primary' asks for TLS");
    }

    @Test
    void doesNotPrintItsSecrets() {
        assertThat(DatabaseConfig.builder().primary(URL).build().toString()).doesNotContain("s3cret");
    }

    @Test
    void readsReplicasWithAndWithoutPortsFromTheEnvironment() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("DATABASE_HOST", "a", "DATABASE_PORT", "6432", "DATABASE_REPLICA_HOSTS", "b, c:7000,"));

        assertThat(config.nodes()).extracting(NodeConfig::name).containsExactly("a:6432", "b:6432", "c:7000");
    }

    @Test
    void aBuilderMadeFromAConfigurationKeepsEverySetting() {
        DatabaseConfig config = DatabaseConfig.builder()
                .primary(URL)
                .replica("r2dbc:postgresql://app:s3cret@other/shop")
                .applicationName("shop")
                .callTimeout(Duration.ofSeconds(7))
                .allowReplicaOnlyStart()
                .build();

        assertThat(config.toBuilder().build()).isEqualTo(config);
        assertThat(config.toBuilder().applicationName("x").build().applicationName())
                .isEqualTo("x");
    }

    @Test
    void namesTheVariableWhosePortIsNoNumber() {
        assertThatThrownBy(() ->
                        DatabaseConfig.fromEnvironment(Map.of("DATABASE_HOST", "a", "DATABASE_REPLICA_HOSTS", "b:x")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("DATABASE_REPLICA_HOSTS")
                .hasMessageContaining("'x'");
    }

    @Test
    void aProfileIsABeginningThatSingleSettingsOverride() {
        DatabaseConfig plain =
                DatabaseConfig.builder(Profile.DEVELOPMENT).primary(URL).build();
        DatabaseConfig changed = DatabaseConfig.builder(Profile.DEVELOPMENT)
                .primary(URL)
                .pool(PoolConfig.defaults())
                .build();

        assertThat(plain.pool().maxSize()).isEqualTo(5);
        assertThat(changed.pool()).isEqualTo(PoolConfig.defaults());
    }

    @Test
    void productionNeedsSomebodyToFailOverTo() {
        assertThatThrownBy(() ->
                        DatabaseConfig.builder(Profile.PRODUCTION).primary(URL).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("production with 1 server")
                .hasMessageContaining("2 or more")
                .hasMessageContaining("name the replicas");
    }

    @Test
    void readsTheProfileFromTheEnvironment() {
        assertThat(DatabaseConfig.fromEnvironment(Map.of("DATABASE_HOST", "a", "DATABASE_PROFILE", "Development"))
                        .pool()
                        .minSize())
                .isZero();
        assertThatThrownBy(
                        () -> DatabaseConfig.fromEnvironment(Map.of("DATABASE_HOST", "a", "DATABASE_PROFILE", "prod")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("DATABASE_PROFILE")
                .hasMessageContaining("development, staging or production");
    }
}
