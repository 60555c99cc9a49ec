package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.PATIENCE;
import static dev.evenkeel.spring.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.spring.app.Note;
import dev.evenkeel.spring.app.NotesApplication.Requests;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Requests, health and endpoints, and readers during a failover, which comes last because it breaks the cluster. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SpringWebIT extends NotesFixture {

    SpringWebIT(PostgresCluster cluster) {
        super(cluster);
    }

    @Test
    void aRequestThatIsGivenUpStopsItsStatement() {
        Disposable request =
                web.get().uri("/slow").retrieve().toBodilessEntity().subscribe();
        String sleeping = "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(%'"
                + " and pid <> pg_backend_pid()";
        await("it sleeps", () -> cluster.primary().queryOne(sleeping).equals("1"));

        request.dispose();

        await("it was stopped", () -> cluster.primary().queryOne(sleeping).equals("0"));
        await("its connection is back", () -> db.metrics().leased() == 0);
    }

    @Test
    void healthAnswersWhileAllConnectionsAreInUse() {
        ConnectionFactory factory = context.getBean(ConnectionFactory.class);
        List<Connection> all = Flux.range(0, CONNECTIONS)
                .concatMap(i -> Mono.<Connection>from(factory.create()))
                .collectList()
                .block(PATIENCE);

        ResponseEntity<Map<String, Object>> health = json("/actuator/health").block(Duration.ofSeconds(10));

        assertThat(health.getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(health.getBody())
                .extractingByKey("components")
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsKey("evenkeel")
                .doesNotContainKey("r2dbc");
        Flux.fromIterable(all).concatMap(Connection::close).blockLast(PATIENCE);
    }

    private Mono<ResponseEntity<Map<String, Object>>> json(String path) {
        return web.get().uri(path).retrieve().toEntity(new ParameterizedTypeReference<Map<String, Object>>() {});
    }

    @Test
    void endpointsTellAndDo() {
        assertThat(json("/actuator/evenkeel").block(PATIENCE).getBody()).containsKeys("status", "nodes", "checks");
        String done = web.post()
                .uri("/actuator/evenkeelcontrol/rotate")
                .contentType(MediaType.APPLICATION_JSON)
                .retrieve()
                .bodyToMono(String.class)
                .block(PATIENCE);
        assertThat(done).contains("ROTATE");
    }

    @Test
    void thereIsNoPageUnlessItIsAskedFor() {
        assertThat(web.get()
                        .uri("/actuator/evenkeel-live")
                        .exchangeToMono(response -> response.toBodilessEntity())
                        .block(PATIENCE)
                        .getStatusCode())
                .isEqualTo(HttpStatus.NOT_FOUND);
    }

    @Test
    void aTokenCarriesWhatAClientWroteAndRequestsHaveTheNamesOfTheirRoutes() {
        Requests requests = context.getBean(Requests.class);
        requests.names().clear();
        ResponseEntity<Note> written = web.post()
                .uri("/notes")
                .bodyValue("with a token")
                .retrieve()
                .toEntity(Note.class)
                .block(PATIENCE);
        String token = written.getHeaders().getFirst("evenkeel-read");
        assertThat(token).isNotBlank();
        assertThat(written.getHeaders().getFirst("Set-Cookie"))
                .contains("evenkeel-read=" + token, "HTTPOnly", "SameSite=Lax");

        for (String carried : List.of(token, "forged")) {
            Note read = web.get()
                    .uri("/notes/" + written.getBody().id())
                    .header("evenkeel-read", carried)
                    .retrieve()
                    .bodyToMono(Note.class)
                    .block(PATIENCE);
            assertThat(carried.equals("forged") || written.getBody().equals(read))
                    .isTrue();
        }
        assertThat(requests.names()).contains("GET /notes/{id}", "POST /notes");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void readersDoNotNoticeAFailover() {
        awaitReplicaServes();
        PostgresNode survivor = cluster.replicas().get(0);
        AtomicInteger reads = new AtomicInteger();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Disposable readers = Flux.range(0, 4)
                .flatMap(reader -> Mono.defer(() -> notes.reading(notes.port()))
                        .doOnNext(port -> reads.incrementAndGet())
                        .doOnError(failures::add)
                        .onErrorComplete()
                        .delayElement(Duration.ofMillis(2))
                        .repeat())
                .subscribe();
        await("readers read", () -> reads.get() > 20);

        cluster.kill(cluster.primary());
        int before = reads.get();
        await("reads go on", () -> reads.get() > before + 50);
        assertThat(json("/actuator/health").block(PATIENCE).getStatusCode()).isEqualTo(HttpStatus.OK);
        cluster.promote(survivor);
        Note written = repository.save(new Note(null, "after")).block(PATIENCE);

        readers.dispose();
        assertThat(failures).isEmpty();
        assertThat(notes.find(written.id()).block(PATIENCE)).isEqualTo(written);
        await("all connections are back", () -> db.metrics().leased() == 0);
    }
}
