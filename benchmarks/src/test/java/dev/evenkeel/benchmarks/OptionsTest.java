package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    @Test
    void haveDefaultsForWhatIsNotSaid() {
        Options options = Options.parse("--rounds=9", "--millis=200");

        assertThat(options.plan()).isEqualTo(new Plan(12, 9, Duration.ofMillis(200), 1_000_000, Surroundings.DEFAULT));
        assertThat(options.entrants())
                .containsExactly(Entrant.R2DBC_POOL, Entrant.EVENKEEL, Entrant.VERTX_PIPELINED, Entrant.HIKARI);
        assertThat(options.kinds()).hasSize(8).doesNotContain(Kind.GROWTH, Kind.WAITS);
        assertThat(options.chart()).isEmpty();
    }

    @Test
    void takeWhoAndWhatInTheGivenOrder() {
        Options options = Options.parse(
                "--peers=hikari-virtual,evenkeel", "--workloads=growth", "--chart=a.svg", "--pgbench=/opt/pgbench");

        assertThat(options.entrants()).containsExactly(Entrant.HIKARI_VIRTUAL, Entrant.EVENKEEL);
        assertThat(options.workloads()).extracting(Workload::inFlight).isEqualTo(List.of(1, 10, 100, 1_000, 10_000));
        assertThat(options.chart()).isEqualTo(Optional.of(Path.of("a.svg")));
        assertThat(options.pgbench()).isEqualTo(Optional.of(Path.of("/opt/pgbench")));
    }

    @Test
    void takeWhatIsAroundTheClients() {
        Options options = Options.parse("--fsync=on", "--replicas=2");

        assertThat(options.plan().around()).isEqualTo(new Surroundings(Duration.ZERO, true, 2));
        assertThat(options.plan().around().conditions()).contains("waits for its disk", "2 replicas");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--rounds",
                "--rounds=",
                "--rounds=many",
                "--rounds=-1",
                "--laps=3",
                "5",
                "--peers=oracle",
                "--peers=evenkeel,",
                "--workloads=POINT",
                "--chart",
                "--rounds=0",
                "--millis=0",
                "--rows=0",
                "--fsync=yes",
                "--replicas=9"
            })
    void nameWhatTheyDoNotUnderstandAndTheArgumentsThereAre(String argument) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(argument))
                .withMessageContaining("'" + argument + "'")
                .withMessageContaining("--warm-ups=12 --rounds=5 --millis=500 --rows=1000000")
                .withMessageContaining("--peers=r2dbc-pool,evenkeel,vertx-pipelined,hikari (of ")
                .withMessageContaining("--workloads=point,foreign,transaction,page,stream,insert,unnest,lease (of ");
    }
}
