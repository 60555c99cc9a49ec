package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VersionIT {

    private final Properties before = (Properties) System.getProperties().clone();

    @AfterEach
    void restoreProperties() {
        System.setProperties(before);
    }

    @Test
    void serverIsOfTheVersionOnTheClassPath() {
        PostgresBinaries binaries = PostgresBinaries.fromClassPath();
        System.setProperty(PostgresBinaries.VERSION_PROPERTY, String.valueOf(binaries.majorVersion()));

        try (PostgresCluster cluster = PostgresCluster.start(ClusterSpec.single())) {
            assertThat(cluster.majorVersion()).isEqualTo(binaries.majorVersion());
        }
    }

    @Test
    void anotherVersionThanThatOnTheClassPathIsRefused() {
        System.setProperty(PostgresBinaries.VERSION_PROPERTY, "9");

        assertThatThrownBy(() -> PostgresCluster.start(ClusterSpec.single()))
                .hasMessageContaining("evenkeel.test.postgres=9 asks for another one");
    }
}
