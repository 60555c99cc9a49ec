package dev.evenkeel.spring.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.AuthenticationFailedException;
import dev.evenkeel.error.EncryptionFailedException;
import dev.evenkeel.error.EncryptionFailedException.Reason;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.NodeUnavailableException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;

class FailureAnalyzersTest {

    /** As Spring Boot does it: the first one who knows. */
    private static FailureAnalysis analyze(Throwable cause) {
        Throwable failure = new BeanCreationException("evenkeelDatabaseManager", "failed", cause);
        List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, SpringFactoriesLoader.FailureHandler.handleMessage((message, e) -> {}));
        return analyzers.stream()
                .flatMap(analyzer -> Stream.ofNullable(analyzer.analyze(failure)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aWrongSettingIsCalledByItsProperty() {
        InvalidConfigurationException refused = org.assertj.core.api.Assertions.catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> PoolConfig.builder().maxSize(5_000).build());

        FailureAnalysis analysis = analyze(refused);

        assertThat(analysis.getDescription())
                .isEqualTo("Property 'evenkeel.pool.max-size' (or 'spring.r2dbc.pool.max-size') is 5000,"
                        + " but must be between 1 and 1000.");
        assertThat(analysis.getAction()).isEqualTo("start with 2 x the server's cores");
    }

    /** They were called by names that nobody who writes properties knows. */
    @Test
    void otherSettingsInTheSentenceAreCalledByTheirProperties() {
        FailureAnalysis sizes = analyze(org.assertj.core.api.Assertions.catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> PoolConfig.builder().minSize(30).maxSize(10).build()));
        FailureAnalysis profile = analyze(InvalidConfigurationException.of(
                "profile", "production with 1 server", "2 or more", "take Profile.DEVELOPMENT"));
        FailureAnalysis tls = analyze(InvalidConfigurationException.of(
                "tls", "DISABLED although 'primary' asks for TLS", "agreeing", "decide"));

        assertThat(sizes.getDescription()).contains("at most evenkeel.pool.max-size (10)");
        assertThat(profile.getAction()).isEqualTo("take evenkeel.profile=development");
        assertThat(tls.getDescription())
                .contains("'evenkeel.tls.mode' is DISABLED although spring.r2dbc.url asks for TLS");
    }

    @ParameterizedTest
    @CsvSource({
        "primary, spring.r2dbc.url",
        "primary (sslMode), spring.r2dbc.url (sslMode)",
        "replica[2], evenkeel.replicas[2]",
        "replica[0] (port), evenkeel.replicas[0] (port)",
        "retry.maxAttempts, evenkeel.retry.max-attempts",
        "applicationName, evenkeel.application-name",
        "migrations.lockTimeout, evenkeel.migrations.lock-timeout",
        "readToken.key, evenkeel.web.read-token.secret",
        "web.readToken.maxWait, evenkeel.web.read-token.max-wait",
        "tls.rootCertificate, evenkeel.tls.root-certificate"
    })
    void settingsHaveTheNamesOfTheirProperties(String setting, String property) {
        assertThat(PropertyNames.of(setting)).isEqualTo(property);
    }

    @Test
    void aRefusedLoginNamesWhereUserAndPasswordAre() {
        FailureAnalysis analysis = analyze(new AuthenticationFailedException(
                Failure.of("28P01", ErrorType.CONNECTION, "db1:5432: password authentication failed")));

        assertThat(analysis.getDescription()).contains("refused the login", "db1:5432");
        assertThat(analysis.getAction()).contains("spring.r2dbc.username", "spring.r2dbc.password");
    }

    @Test
    void anUnknownDatabaseNamesWhereItIs() {
        FailureAnalysis analysis = analyze(new AuthenticationFailedException(
                Failure.of("3D000", ErrorType.CONNECTION, "db1:5432: database \"shop\" does not exist")));

        assertThat(analysis.getAction()).contains("spring.r2dbc.url").doesNotContain("password");
    }

    @Test
    void aServerThatDoesNotAnswerNamesTheUrls() {
        FailureAnalysis analysis = analyze(new NodeUnavailableException(
                Failure.of("08006", ErrorType.CONNECTION, "Cannot connect to db1:5432", "check the firewall")));

        assertThat(analysis.getDescription()).contains("Cannot connect to db1:5432");
        assertThat(analysis.getAction()).contains("1. check spring.r2dbc.url", "2. check the firewall");
    }

    @Test
    void aClusterWithoutAPrimaryTellsHowToStartAnyway() {
        FailureAnalysis analysis = analyze(
                new NodeUnavailableException(Failure.of("NO_PRIMARY", ErrorType.CONNECTION, "No primary among them")));

        assertThat(analysis.getAction()).contains("evenkeel.allow-replica-only-start=true");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void aFailedEncryptionIsExplainedInsteadOfTheServerThatIsUnavailableForIt(Reason reason) {
        EncryptionFailedException tls = new EncryptionFailedException(reason, "has something wrong", null);

        FailureAnalysis analysis = analyze(new NodeUnavailableException(
                Failure.of(reason.name(), ErrorType.CONNECTION, "db1:5432 has something wrong")
                        .causedBy(tls)));

        assertThat(analysis.getDescription()).isEqualTo("The database server has something wrong.");
        assertThat(analysis.getAction()).containsAnyOf("evenkeel.tls.", "spring.r2dbc.url", "certificate");
    }
}
