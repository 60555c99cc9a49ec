package dev.evenkeel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.TlsConfig.Mode;
import dev.evenkeel.error.InvalidConfigurationException;
import io.r2dbc.spi.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTlsTest {

    private static final String URL = "r2dbc:postgresql://app:s3cret@db/shop";

    private static NodeConfig parse(String options) {
        return NodeConfig.parse("primary", URL + options);
    }

    @ParameterizedTest
    @CsvSource({
        "'', DISABLED",
        "?ssl=false, DISABLED",
        "?sslMode=disable, DISABLED",
        "?ssl=true, VERIFY_FULL",
        "?sslMode=verify-full, VERIFY_FULL",
        "?sslmode=VERIFY_FULL, VERIFY_FULL",
        "?ssl=true&sslMode=verify-ca, VERIFY_CA",
        "?sslMode=require, UNVERIFIED"
    })
    void whateverAsksForTlsWithoutAModeMeansAllOfIt(String options, Mode mode) {
        assertThat(parse(options).tls().mode()).isEqualTo(mode);
    }

    @Test
    void theSecureSchemeMeansAllOfIt() {
        assertThat(NodeConfig.parse("primary", URL.replace("r2dbc:", "r2dbcs:")).tls())
                .isEqualTo(TlsConfig.verifyFull());
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefer", "allow", "PREFER", "tunnel", "sometimes", "disable&ssl=true"})
    void aModeThatMayEndInPlaintextIsRefusedWithItsRemedy(String mode) {
        assertThatThrownBy(() -> parse("?sslMode=" + mode))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("'primary (sslMode)'")
                .hasMessageContaining("verify-full")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aVerifierOfTheDriversIsRefusedBecauseItWouldNotBeAsked() {
        assertThatThrownBy(() -> parse("?sslHostnameVerifier=org.example.Any"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("sslHostnameVerifier");
    }

    @Test
    void filesOfTheUrlAreOursToRead(@TempDir Path directory) throws IOException {
        Path root = Files.writeString(directory.resolve("root.pem"), "x");
        Path certificate = Files.writeString(directory.resolve("client.pem"), "x");
        Path key = Files.writeString(directory.resolve("client.key"), "x");

        NodeConfig node = parse("?sslRootCert=%s&sslCert=%s&fetchSize=5&sslKey=%s&sslPassword=hidden"
                .formatted(root, certificate, key));

        assertThat(node.tls())
                .isEqualTo(TlsConfig.verifyFull(new CertificateFiles(root, certificate, key, Secret.of("hidden"))));
        assertThat(node.options().hasOption(Option.valueOf("sslRootCert"))).isFalse();
        assertThat(node.options().getValue(Option.valueOf("fetchSize"))).isEqualTo("5");
        assertThat(node.tls().toString()).doesNotContain("hidden");
    }

    @Test
    void aFileThatIsNotThereIsNamedWithItsOption() {
        assertThatThrownBy(() -> parse("?sslMode=verify-full&sslRootCert=/no/such.pem"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("'primary (sslRootCert)' is /no/such.pem");
    }

    @Test
    void aCertificateWithoutItsKeyIsHalfASetting(@TempDir Path directory) throws IOException {
        Path certificate = Files.writeString(directory.resolve("client.pem"), "x");

        assertThatThrownBy(() -> parse("?ssl=true&sslCert=" + certificate))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("tls.clientKey");
    }
}
