package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.PATIENCE;
import static dev.evenkeel.spring.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testkit.PostgresCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Health answers at once while the database does not. Whoever asks gives up after a second and takes the application away. Times are
 * measured, but those of a busy machine fail no test.
 */
class HealthSpeedIT extends NotesFixture {

    private static final Logger log = LoggerFactory.getLogger("figures");

    private static final Duration PROBES_PATIENCE = Duration.ofSeconds(1);
    private static final List<String> PATHS =
            List.of("/actuator/health/liveness", "/actuator/health/readiness", "/actuator/health");
    private static final int ROUNDS = Integer.getInteger("evenkeel.test.health", 50);

    private final Map<String, List<Duration>> times = new TreeMap<>();

    HealthSpeedIT(PostgresCluster cluster) {
        super(cluster);
    }

    /** The answer of the last path, which has the details. */
    private String ask(Duration patience) {
        String body = "";
        for (String path : PATHS) {
            long began = System.nanoTime();
            ResponseEntity<String> answer = Objects.requireNonNull(web.get()
                    .uri(path)
                    .exchangeToMono(response -> response.toEntity(String.class))
                    .block(patience));
            times.computeIfAbsent(path, first -> new ArrayList<>()).add(Duration.ofNanos(System.nanoTime() - began));
            assertThat(answer.getStatusCode()).as(path).isEqualTo(HttpStatus.OK);
            body = String.valueOf(answer.getBody());
        }
        return body;
    }

    /** So that it is not a young JVM that is measured. */
    @BeforeEach
    void warmUp() {
        times.clear();
        askOften(PATIENCE);
        tell("all is well");
    }

    private void askOften(Duration patience) {
        for (int i = 0; i < ROUNDS; i++) {
            ask(patience);
        }
    }

    private void tell(String when) {
        times.forEach((path, all) -> {
            Collections.sort(all);
            log.info(
                    "{}, {}: median {} ms, 95th percentile {} ms, slowest {} ms of {}",
                    when,
                    path,
                    all.get(all.size() / 2).toMillis(),
                    all.get(all.size() * 95 / 100).toMillis(),
                    all.get(all.size() - 1).toMillis(),
                    all.size());
        });
        times.clear();
    }

    /** Callers that hold all connections, and as many that wait for one. */
    private Disposable crowd(Mono<Void> end) {
        return Flux.range(0, 2 * CONNECTIONS)
                .flatMap(i -> notes.writing(notes.port().then(end)).onErrorComplete(), 2 * CONNECTIONS)
                .subscribe();
    }

    private void awaitCrowd() {
        await("all connections are in use", () -> db.metrics().leased() >= CONNECTIONS);
        await("others wait", () -> db.metrics().waiting() > 0);
    }

    @Test
    void whileAllConnectionsAreInUseAndCallersWait() {
        Sinks.Empty<Void> end = Sinks.empty();
        Disposable crowd = crowd(end.asMono());
        awaitCrowd();

        askOften(PROBES_PATIENCE);

        assertThat(db.metrics().waiting()).as("they wait all the time").isPositive();
        tell("pool exhausted");
        end.tryEmitEmpty();
        await("all have ended", crowd::isDisposed);
    }

    @Test
    void whileThePrimaryHangs() {
        cluster.hang(cluster.primary());
        try {
            Disposable crowd = crowd(Mono.empty());
            await("it is noticed", () -> ask(PROBES_PATIENCE).contains("\"database\":\"UNHEALTHY\""));
            askOften(PROBES_PATIENCE);
            crowd.dispose();
            tell("primary hung");
        } finally {
            cluster.resume(cluster.primary());
        }
        await("it is well again", () -> ask(PATIENCE).contains("\"database\":\"HEALTHY\""));
        assertThat(notes.writing(notes.port()).block(PATIENCE)).isEqualTo(primaryPort());
    }
}
