package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testkit.CertificateAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostNamesTest {

    private final Instant tomorrow = Instant.now().plus(Duration.ofDays(1));

    @TempDir
    private Path directory;

    private HostNames of(Path certificate) throws IOException, CertificateException {
        return HostNames.of(
                Pem.certificates("test", Files.readString(certificate)).get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "db.example, true",
        "DB.Example, true",
        "other.example, false",
        "10.1.2.3, true",
        "10.1.2.4, false",
        "::1, true",
        "[0:0:0:0:0:0:0:1], true",
        "::2, false"
    })
    void namesMatchByTheRulesOfLibpq(String host, boolean good) throws IOException, CertificateException {
        Path certificate = CertificateAuthority.create(directory, "test")
                .server(tomorrow, "db.example", "10.1.2.3", "::1")
                .certificate();

        assertThat(of(certificate).include(host)).isEqualTo(good);
    }

    @Test
    void onlyACertificateWithoutOtherNamesIsKnownByItsCommonName() throws IOException, CertificateException {
        CertificateAuthority authority = CertificateAuthority.create(directory, "test");

        HostNames pool = of(authority.client(tomorrow, "*.pool.example").certificate());
        assertThat(pool.include("a.pool.example")).isTrue();
        assertThat(pool.include("a.b.pool.example")).isFalse();
        assertThat(pool.include("pool.example")).isFalse();
        assertThat(of(authority.server(tomorrow, "10.1.2.3").certificate()).toString())
                .isEqualTo("10.1.2.3");
    }
}
