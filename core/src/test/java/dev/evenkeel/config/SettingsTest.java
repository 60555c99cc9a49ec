package dev.evenkeel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static Arguments refused(String setting, String value, Runnable attempt) {
        return Arguments.of(setting, value, attempt);
    }

    static Stream<Arguments> badSettings() {
        MonitoringConfig monitoring = MonitoringConfig.defaults();
        return Stream.of(
                refused(
                        "pool.maxSize",
                        "0",
                        () -> PoolConfig.builder().maxSize(0).build()),
                refused(
                        "pool.maxSize",
                        "1001",
                        () -> PoolConfig.builder().maxSize(1001).build()),
                refused(
                        "pool.minSize",
                        "-1",
                        () -> PoolConfig.builder().minSize(-1).build()),
                refused(
                        "pool.minSize",
                        "8",
                        () -> PoolConfig.builder().minSize(8).maxSize(7).build()),
                refused(
                        "pool.maxQueue",
                        "-1",
                        () -> PoolConfig.builder().maxQueue(-1).build()),
                refused(
                        "pool.connectTimeout",
                        "PT0S",
                        () -> PoolConfig.builder().connectTimeout(Duration.ZERO).build()),
                refused(
                        "pool.acquireTimeout",
                        "PT1H",
                        () -> PoolConfig.builder()
                                .acquireTimeout(Duration.ofHours(1))
                                .build()),
                refused(
                        "pool.idleTimeout",
                        "PT0.1S",
                        () -> PoolConfig.builder()
                                .idleTimeout(Duration.ofMillis(100))
                                .build()),
                refused(
                        "pool.maxLifetime",
                        "PT1S",
                        () -> PoolConfig.builder()
                                .maxLifetime(Duration.ofSeconds(1))
                                .build()),
                refused(
                        "retry.maxAttempts",
                        "0",
                        () -> RetryPolicy.builder().maxAttempts(0).build()),
                refused(
                        "retry.jitter",
                        "1.5",
                        () -> RetryPolicy.builder().jitter(1.5).build()),
                refused(
                        "retry.jitter",
                        "NaN",
                        () -> RetryPolicy.builder().jitter(Double.NaN).build()),
                refused(
                        "retry.multiplier",
                        "0.5",
                        () -> RetryPolicy.builder().multiplier(0.5).build()),
                refused(
                        "retry.baseDelay",
                        "PT20S",
                        () -> RetryPolicy.builder()
                                .baseDelay(Duration.ofSeconds(20))
                                .build()),
                refused("monitoring.probeInterval", "PT0S", () -> monitoring.withProbeInterval(Duration.ZERO)),
                refused("monitoring.probeTimeout", "PT0S", () -> monitoring.withProbeTimeout(Duration.ZERO)),
                refused("tls.rootCertificate", "/no/such.pem", () -> TlsConfig.verifyFull(Path.of("/no/such.pem"))),
                refused("credentials.user", "blank", () -> Credentials.of(" ", "x")));
    }

    @ParameterizedTest(name = "{0} = {1}")
    @MethodSource("badSettings")
    void aBadSettingNamesItselfItsValueItsRangeAndTheRemedy(String setting, String value, Runnable attempt) {
        assertThatThrownBy(attempt::run).isInstanceOfSatisfying(InvalidConfigurationException.class, refused -> {
            assertThat(refused).hasMessageContaining(setting).hasMessageContaining(value);
            assertThat(refused.details()).containsKeys("setting", "value", "allowed");
            assertThat(refused.suggestions()).isNotEmpty();
            assertThat(refused.code()).isEqualTo("CONFIG_INVALID");
            assertThat(refused.type()).isEqualTo(ErrorType.CONNECTION);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "jdbc:postgresql://app:s3cret@db/x",
                "r2dbc:mysql://app:s3cret@db/x",
                "r2dbc:postgresql:failover://app:s3cret@a,b/x",
                "r2dbc:postgresql://app:s3cret@a:1,b:2/x",
                "r2dbc:postgresql://app:s3cret@db",
                "r2dbc:postgresql://app:s3cret@db:99999/x"
            })
    void aBadUrlIsRefusedWithoutItsPassword(String url) {
        assertThatThrownBy(() -> NodeConfig.parse("primary", url))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("primary")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aUrlWithoutPortMeansTheUsualOne() {
        NodeConfig node = NodeConfig.parse("primary", "r2dbc:postgresql://app:s3cret@db/x");

        assertThat(node.name()).isEqualTo("db:5432");
        assertThat(node.toString()).doesNotContain("s3cret");
    }

    @Test
    void secretsDoNotPrint() {
        assertThat(Credentials.of("app", "s3cret").toString())
                .doesNotContain("s3cret")
                .contains("****");
    }

    @Test
    void defaultsAreTheDocumentedOnes() {
        PoolConfig pool = PoolConfig.defaults();
        assertThat(pool.minSize()).isEqualTo(5);
        assertThat(pool.maxSize()).isEqualTo(20);
        assertThat(pool.idleTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(pool.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(pool.acquireTimeout()).isEqualTo(Duration.ofSeconds(60));
        RetryPolicy retry = RetryPolicy.defaults();
        assertThat(retry.maxAttempts()).isEqualTo(3);
        assertThat(retry.baseDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(retry.maxDelay()).isEqualTo(Duration.ofSeconds(10));
        assertThat(retry.multiplier()).isEqualTo(2);
    }
}
