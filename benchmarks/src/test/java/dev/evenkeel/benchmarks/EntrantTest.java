package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class EntrantTest {

    @Test
    void withoutAProgramPgbenchSaysHowToNameOne() {
        assertThat(Entrant.PGBENCH.hindrance(Optional.empty()))
                .hasValueSatisfying(reason -> assertThat(reason).contains("--pgbench="));
        assertThat(Entrant.PGBENCH.hindrance(Optional.of(Path.of("pgbench")))).isEmpty();
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void withoutVirtualThreadsSaysWhichJdkHasThem() {
        assertThat(Entrant.HIKARI_VIRTUAL.hindrance(Optional.empty()))
                .hasValueSatisfying(reason -> assertThat(reason).contains("JDK 21"));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void withVirtualThreadsTakesPart() {
        assertThat(Entrant.HIKARI_VIRTUAL.hindrance(Optional.empty())).isEmpty();
    }
}
