package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.benchmarks.report.Report;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonIT {

    private static final Plan SHORT = new Plan(0, 1, Duration.ofMillis(30), 5_000, Surroundings.DEFAULT);

    private static Options options(List<Entrant> entrants, List<Kind> kinds) {
        return new Options(SHORT, entrants, kinds, Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void fillsEveryCellWithoutAnError() {
        List<Entrant> peers = Stream.of(Entrant.values())
                .filter(entrant -> entrant.hindrance(Optional.empty()).isEmpty())
                .toList();
        Options options = options(peers, List.of(Kind.values()));

        Report report = Comparison.run(options);

        assertThat(report.series())
                .hasSize(peers.size() * options.workloads().size())
                .allSatisfy(series -> assertThat(series.samples())
                        .singleElement()
                        .satisfies(sample -> {
                            assertThat(sample.firstError()).isEmpty();
                            assertThat(sample.errors()).isZero();
                            assertThat(sample.operations()).isPositive();
                            assertThat(sample.nanos()).isPositive();
                            assertThat(sample.bytes()).isPositive();
                            assertThat(sample.latency().p99Nanos()).isPositive();
                        }));
        assertThat(report.conditions())
                .contains("HikariCP has 256 callers at most.")
                .doesNotContain("Vert.x has");
        assertThat(report.streamHeap()).hasSize(peers.size()).allSatisfy((peer, heap) -> {
            assertThat(heap.beforeBytes()).isPositive();
            assertThat(heap.peakBytes()).isPositive();
        });
    }

    @Test
    void aLongerNetworkIsFeltAndToldOf() {
        Options options = Options.parse(
                "--peers=evenkeel-bare,hikari",
                "--workloads=transaction",
                "--warm-ups=0",
                "--rounds=1",
                "--millis=100",
                "--network-micros=4000");

        Report report = Comparison.run(options);

        assertThat(report.conditions()).contains("Each round trip is 4000 µs longer");
        assertThat(report.series())
                .isNotEmpty()
                .allSatisfy(series -> assertThat(series.samples())
                        .allSatisfy(sample ->
                                assertThat(sample.latency().medianNanos()).isGreaterThan(4_000_000)));
    }

    @Test
    void replicasServeReadsAndADurableServerCommits() {
        Options options = Options.parse(
                "--peers=evenkeel-bare,hikari",
                "--workloads=point,waits",
                "--warm-ups=0",
                "--rounds=1",
                "--millis=50",
                "--fsync=on",
                "--replicas=1");

        Report report = Comparison.run(options);

        assertThat(report.conditions()).contains("waits for its disk", "1 replicas");
        assertThat(report.series())
                .hasSize(2 * 8)
                .allSatisfy(series -> assertThat(series.samples())
                        .allSatisfy(sample -> assertThat(sample.firstError()).isEmpty()));
    }

    @Test
    void writesTablesAndAChart(@TempDir Path folder) throws Exception {
        Options options = Options.parse(
                "--peers=evenkeel-bare,evenkeel",
                "--workloads=page,stream",
                "--warm-ups=0",
                "--rounds=2",
                "--millis=20",
                "--rows=5000",
                "--chart=" + folder.resolve("chart.svg"),
                "--markdown=" + folder.resolve("performance.md"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        Publication.of(Comparison.run(options), options).write(new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(Files.readString(folder.resolve("chart.svg"))).contains("stream of 5,000 rows, 1 in flight");
        assertThat(Files.readString(folder.resolve("performance.md")))
                .contains("](chart.svg)", "| 100 rows | 10 | Evenkeel without monitoring |")
                .doesNotContain("NaN", "Infinity", "|  |");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("| 100 rows | 10 | Evenkeel |");
    }
}
