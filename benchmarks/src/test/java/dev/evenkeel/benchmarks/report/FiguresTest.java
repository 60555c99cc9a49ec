package dev.evenkeel.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"212|0.21 µs", "9876|9.88 µs", "10000|10 µs", "9400000|9,400 µs", "12345678|12.3 ms", "NaN|–"})
    void writeADurationWithADigitThatSaysSomething(double nanos, String text) {
        assertThat(Figures.duration(nanos)).isEqualTo(text);
    }
}
