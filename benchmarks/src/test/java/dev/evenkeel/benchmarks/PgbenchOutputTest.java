package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.benchmarks.report.Latency;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PgbenchOutputTest {

    private static final String VERSION_15 = """
            pgbench (15.18, server 18.6)
            transaction type: script.sql
            number of transactions actually processed: 41337
            number of failed transactions: 2 (0.005%)
            latency average = 0.242 ms
            initial connection time = 11.502 ms
            tps = 41234.567890 (without initial connection time)
            """;

    @Test
    void hasNumberFailuresAndSpeed() {
        assertThat(PgbenchOutput.parse(VERSION_15)).isEqualTo(new PgbenchOutput(41_337, 2, 41_234.567890));
    }

    @Test
    void hasNoFailuresBeforeVersion15WhichDoesNotCountThem() {
        String version14 = VERSION_15.replaceAll("number of failed.*\n", "");

        assertThat(PgbenchOutput.parse(version14).failed()).isZero();
    }

    @Test
    void namesATextThatIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PgbenchOutput.parse("pgbench: error: connection failed"))
                .withMessageContaining("connection failed");
    }

    @Test
    void takesLatenciesInMicrosecondsFromTheLog() {
        List<String> log = IntStream.rangeClosed(1, 100)
                .mapToObj(micros -> "0 7 %d 0 1700000000 123456".formatted(101 - micros))
                .toList();

        assertThat(PgbenchOutput.latency(log)).isEqualTo(new Latency(50_000, 99_000));
    }

    @Test
    void countsNoLatencyOfAFailedTransaction() {
        assertThat(PgbenchOutput.latency(List.of("0 1 failed 0 1700000000 1", "0 2 3 0 1700000000 1")))
                .isEqualTo(new Latency(3_000, 3_000));
        assertThat(PgbenchOutput.latency(List.of()).medianNanos()).isNaN();
    }
}
