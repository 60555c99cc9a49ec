package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@WithPostgres
class VersionIT {

    private final String before = System.getProperty(PostgresBinaries.VERSION_PROPERTY, "");

    @AfterEach
    void restoreProperty() {
        if (before.isEmpty()) {
            System.clearProperty(PostgresBinaries.VERSION_PROPERTY);
        } else {
            System.setProperty(PostgresBinaries.VERSION_PROPERTY, before);
        }
    }

    @Test
    void serverIsOfTheVersionOnTheClassPath(PostgresCluster cluster) {
        PostgresBinaries binaries = PostgresBinaries.fromClassPath();

        assertThat(binaries.majorVersion()).isEqualTo(cluster.majorVersion());
        System.setProperty(PostgresBinaries.VERSION_PROPERTY, String.valueOf(cluster.majorVersion()));
        assertThat(PostgresBinaries.fromClassPath()).isEqualTo(binaries);
    }

    @Test
    void anotherVersionThanThatOnTheClassPathIsRefused() {
        System.setProperty(PostgresBinaries.VERSION_PROPERTY, "9");

        assertThatThrownBy(() -> PostgresCluster.start(ClusterSpec.single()))
                .hasMessageContaining("evenkeel.test.postgres=9 asks for another one");
    }
}
