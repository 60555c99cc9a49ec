package dev.evenkeel.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SqlSummaryTest {

    private static Stream<List<String>> cases(String file) throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(SqlSummaryTest.class.getResourceAsStream(file)), UTF_8))) {
            return lines
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(line -> Stream.of(line.split(" => ", -1))
                            .map(part -> part.replace("\\n", "\n")
                                    .replace("\\t", "\t")
                                    .replace("\\\\", "\\"))
                            .toList())
                    .toList()
                    .stream();
        }
    }

    @TestFactory
    Stream<DynamicTest> summarisesAsOpenTelemetryDoes() throws IOException {
        return cases("opentelemetry-cases.txt")
                .map(given -> DynamicTest.dynamicTest(
                        given.get(0),
                        () -> assertThat(SqlSummary.of(given.get(0))).isEqualTo(given.get(1))));
    }

    @TestFactory
    Stream<DynamicTest> masksAndSummarisesWhatIsPostgresOwn() throws IOException {
        return cases("postgresql-cases.txt")
                .map(given -> DynamicTest.dynamicTest(given.get(0), () -> {
                    assertThat(SqlMask.mask(given.get(0))).isEqualTo(given.get(1));
                    assertThat(SqlSummary.of(given.get(0))).isEqualTo(given.get(2));
                }));
    }

    @Test
    void isNotCutInsideAName() {
        String longName = "n".repeat(200);
        assertThat(SqlSummary.of("SELECT * FROM " + longName + " a, " + longName + "2 b"))
                .isEqualTo("SELECT " + longName);
        assertThat(SqlSummary.of("SELECT * FROM " + "n".repeat(260))).isEqualTo("SELECT");
    }
}
