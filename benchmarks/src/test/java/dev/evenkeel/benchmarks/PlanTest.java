package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {

    @Test
    void hasDefaultsForWhatIsNotSaid() {
        assertThat(Plan.parse("--rounds=9", "--millis=200"))
                .isEqualTo(new Plan(2, 9, Duration.ofMillis(200), 1_000_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rounds", "--rounds=", "--rounds=many", "--rounds=-1", "--laps=3", "5"})
    void namesWhatItDoesNotUnderstandAndTheArgumentsThereAre(String argument) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Plan.parse(argument))
                .withMessageContaining(argument)
                .withMessageContaining("--warm-ups=2 --rounds=5 --millis=1000 --rows=1000000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rounds=0", "--millis=0", "--rows=0"})
    void refusesToMeasureNothing(String argument) {
        assertThatIllegalArgumentException().isThrownBy(() -> Plan.parse(argument));
    }
}
