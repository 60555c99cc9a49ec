package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.benchmarks.peer.Data;
import dev.evenkeel.benchmarks.peer.Server;
import dev.evenkeel.benchmarks.report.Sample;
import dev.evenkeel.testkit.PostgresCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs where there is a pgbench program. */
class PgbenchIT {

    private static final int ROWS = 500;
    private static final Duration SHORT = Duration.ofMillis(10);

    private static Optional<PostgresCluster> cluster = Optional.empty();
    private static Path program = Path.of("");

    @BeforeAll
    static void start() {
        Optional<Path> found =
                PgbenchProgram.find(Optional.empty(), System.getenv().getOrDefault("PATH", ""));
        assumeTrue(found.isPresent(), "no pgbench program");
        program = found.orElseThrow();
        PostgresCluster server = Data.start();
        cluster = Optional.of(server);
        Data.load(server, ROWS);
    }

    @AfterAll
    static void stop() {
        cluster.ifPresent(PostgresCluster::close);
    }

    private static Sample run(PgbenchScripts scripts, Workload workload) {
        try (Contender pgbench = new Pgbench(program, scripts, Server.of(cluster.orElseThrow()))) {
            return pgbench.run(workload, SHORT);
        }
    }

    private static long deposits() {
        return Long.parseLong(
                cluster.orElseThrow().primary().queryOne("select sum(balance) - sum(id) * 100 from account"));
    }

    @Test
    void selectsWithoutErrorsOneByOneAndPipelined() {
        Sample plain = run(PgbenchScripts.PLAIN, Workload.pointSelect(Workload.POINT_SELECT, 64));
        Sample pipelined = run(PgbenchScripts.PIPELINED, Workload.pointSelect(Workload.POINT_SELECT, 64));

        assertThat(plain.firstError()).isEmpty();
        assertThat(plain.operations()).isPositive();
        assertThat(plain.latency().medianNanos()).isPositive();
        assertThat(pipelined.firstError()).isEmpty();
        assertThat(pipelined.operations() % 25).isZero();
        assertThat(pipelined.operations()).isGreaterThan(plain.operations());
    }

    @Test
    void readsAPage() {
        Sample sample = run(PgbenchScripts.PLAIN, Workload.page());

        assertThat(sample.firstError()).isEmpty();
        assertThat(sample.operations()).isPositive();
    }

    @Test
    void countsEachTransactionThatTheServerHasCommitted() {
        long before = deposits();
        long plain = run(PgbenchScripts.PLAIN, Workload.transaction(64)).operations();
        long between = deposits();
        long pipelined = run(PgbenchScripts.PIPELINED, Workload.transaction(64)).operations();

        assertThat(between - before).isEqualTo(plain);
        assertThat(deposits() - between).isEqualTo(pipelined);
    }

    @Test
    void saysWhatWentWrong() {
        PgbenchScripts broken = new PgbenchScripts("broken", Map.of(Workload.PAGE, "select nowhere;\n"), Map.of());

        Sample sample = run(broken, Workload.page());

        assertThat(sample.operations()).isZero();
        assertThat(sample.errors()).isPositive();
        assertThat(sample.firstError()).contains("nowhere");
    }
}
