package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.PATIENCE;
import static dev.evenkeel.spring.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testkit.PostgresCluster;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The page as a browser asks for it: what is sent, and who may cancel. The test that ends an application comes last, because with it
 * end the event loops that all applications of a process share.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PageIT extends PageFixture {

    private final JsonMapper json = JsonMapper.builder().build();

    PageIT(PostgresCluster cluster) {
        super(cluster);
    }

    private static WebClient user(String name, int port) {
        return WebClient.builder()
                .baseUrl("http://localhost:" + port)
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(1 << 20))
                .defaultHeaders(headers -> headers.setBasicAuth(name, name))
                .build();
    }

    private Flux<JsonNode> stream(int where) {
        return user("rita", where)
                .get()
                .uri(PAGE + "/stream")
                .retrieve()
                .bodyToFlux(new ParameterizedTypeReference<ServerSentEvent<String>>() {})
                .mapNotNull(ServerSentEvent::data)
                .map(json::readTree);
    }

    /** What the stream has told of this table until the condition holds. */
    private JsonNode table(String name, Consumer<JsonNode> expectation) {
        return Objects.requireNonNull(stream(port)
                .map(news -> news.path(name))
                .filter(table -> {
                    try {
                        expectation.accept(table);
                        return true;
                    } catch (AssertionError notYet) {
                        return false;
                    }
                })
                .next()
                .block(PATIENCE));
    }

    @Test
    void theStreamMovesAndTellsAllOfItOnce() {
        Disposable traffic = traffic();
        List<JsonNode> told =
                Objects.requireNonNull(stream(port).take(6).collectList().block(PATIENCE));
        traffic.dispose();

        assertThat(told.get(0).path("first").asBoolean()).isTrue();
        assertThat(told.subList(1, 6)).allSatisfy(news -> {
            assertThat(news.path("first").asBoolean()).isFalse();
            assertThat(news.path("samples").size()).isEqualTo(1);
            assertThat(news.path("samples").path(0).path("statements").asDouble())
                    .isGreaterThan(1);
            assertThat(news.path("samples").path(0).path("lag").size()).isEqualTo(2);
        });
        assertThat(told)
                .filteredOn(news -> news.has("situation"))
                .last()
                .extracting(news -> news.path("situation").path("verdict").asString())
                .isEqualTo("All is well: the primary takes writes, and 2 replicas serve reads.");
        assertThat(told).filteredOn(news -> news.has("migrations")).hasSize(1);
        assertThat(told.toString()).contains("from note where body <> ?").doesNotContain(SECRET);
    }

    @Test
    void allBrowsersLookAtTheSamePoints() {
        List<String> one = new CopyOnWriteArrayList<>();
        List<String> other = new CopyOnWriteArrayList<>();
        Disposable both = Flux.merge(
                        stream(port).doOnNext(points(one)), stream(port).doOnNext(points(other)))
                .subscribe();
        await("points for both", () -> one.size() > 3 && other.size() > 3);
        both.dispose();

        String last = other.get(2);
        assertThat(one).contains(last);
    }

    private static Consumer<JsonNode> points(List<String> times) {
        return news -> news.path("samples")
                .forEach(sample -> times.add(sample.path("t").asString()));
    }

    @Test
    void nothingButThePageIsRunInThePage() {
        ResponseEntity<String> page = get(PAGE);

        assertThat(page.getHeaders().getFirst("Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.getBody())
                .doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContainPattern(" on[a-z]+=");
        for (String script :
                List.of("live.js", "board.js", "charts.js", "nodes.js", "tables.js", "cancel.js", "dom.js")) {
            assertThat(get(PAGE + "/" + script).getBody())
                    .isNotBlank()
                    .doesNotContain("innerHTML", "insertAdjacentHTML", "document.write", "eval(");
        }
        assertThat(get(PAGE + "/uplot.js").getHeaders().getContentType()).hasToString("text/javascript;charset=UTF-8");
        assertThat(get(PAGE + "/application.properties").getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
    }

    private ResponseEntity<String> get(String path) {
        return Objects.requireNonNull(user("rita", port)
                .get()
                .uri(path)
                .exchangeToMono(response -> response.toEntity(String.class))
                .block(PATIENCE));
    }

    private JsonNode cancel(String user, String id, HttpStatus expected, Consumer<HttpHeaders> change) {
        ResponseEntity<String> me = Objects.requireNonNull(user(user, port)
                .get()
                .uri(PAGE + "/me")
                .retrieve()
                .toEntity(String.class)
                .block(PATIENCE));
        JsonNode csrf = json.readTree(me.getBody()).path("csrf");
        String session = Objects.requireNonNull(me.getHeaders().getFirst(HttpHeaders.SET_COOKIE))
                .split(";", 2)[0];
        ResponseEntity<String> answer = Objects.requireNonNull(user(user, port)
                .post()
                .uri(PAGE + "/cancel")
                .contentType(MediaType.APPLICATION_JSON)
                .headers(headers -> {
                    headers.set(
                            csrf.path("header").asString(), csrf.path("token").asString());
                    headers.set(HttpHeaders.COOKIE, session);
                    headers.set("Evenkeel-Page", "cancel");
                    change.accept(headers);
                })
                .bodyValue(json.writeValueAsString(Map.of("id", id)))
                .exchangeToMono(response -> response.toEntity(String.class))
                .block(PATIENCE));
        assertThat(answer.getStatusCode()).as(answer.getBody()).isEqualTo(expected);
        return json.readTree(answer.getBody());
    }

    private String sleeperId() {
        JsonNode running = table("running", rows -> assertThat(rows.toString()).contains("pg_sleep(?)"));
        for (JsonNode row : running.path("rows")) {
            if (row.path("sql").asString().contains("pg_sleep(?)")) {
                return row.path("id").asString();
            }
        }
        throw new AssertionError(running.toString());
    }

    @Test
    void onlyWhoHasTheRoleAndComesFromThePageCancels_andTheAuditSaysWho() {
        CompletableFuture<String> sleeper = sleeper();
        String id = sleeperId();

        assertThat(cancel("rita", id, HttpStatus.FORBIDDEN, headers -> {})
                        .path("sentence")
                        .asString())
                .contains("role EVENKEEL_OPERATOR");
        for (Consumer<HttpHeaders> foreign : List.<Consumer<HttpHeaders>>of(
                headers -> headers.setOrigin("https://evil.example"),
                headers -> headers.setOrigin("null"),
                headers -> headers.set("Sec-Fetch-Site", "cross-site"),
                headers -> headers.set("Sec-Fetch-Site", "same-site"),
                headers -> headers.remove("Evenkeel-Page"),
                headers -> headers.setContentType(MediaType.TEXT_PLAIN))) {
            assertThat(cancel("olga", id, HttpStatus.FORBIDDEN, foreign)
                            .path("sentence")
                            .asString())
                    .startsWith("Refused: ");
        }
        assertThat(cancel("olga", id + "0", HttpStatus.OK, headers -> {})
                        .path("done")
                        .asBoolean())
                .isFalse();
        assertThat(sleeping()).isEqualTo(1);
        assertThat(audit).isEmpty();

        JsonNode done = cancel("olga", id, HttpStatus.OK, headers -> {
            headers.setOrigin("http://localhost:" + port);
            headers.set("Sec-Fetch-Site", "same-origin");
        });
        assertThat(done.path("done").asBoolean()).as(done.toString()).isTrue();
        assertThat(sleeper).succeedsWithin(PATIENCE).isEqualTo("57014");
        assertThat(audit).singleElement().satisfies(entry -> {
            assertThat(entry.by()).isEqualTo("olga");
            assertThat(entry.what()).isEqualTo("cancel");
        });
        assertThat(cancel("olga", id, HttpStatus.OK, headers -> {})
                        .path("sentence")
                        .asString())
                .contains("has ended already");
        table("events", events -> assertThat(events.toString()).contains("olga did cancel"));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void thePageHasThePortOfTheActuator_andAnOpenOneDoesNotDelayTheEnd() {
        ConfigurableApplicationContext apart = application(
                "--server.port=0", "--management.server.port=0", "--management.endpoints.web.base-path=/manage");
        int management = apart.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
        int main = apart.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        List<String> told = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> ended = user("rita", management)
                .get()
                .uri("/manage/evenkeel-live/stream")
                .retrieve()
                .bodyToFlux(String.class)
                .doOnNext(told::add)
                .then()
                .toFuture();
        await("it moves", () -> told.size() > 1);
        assertThat(user("rita", main)
                        .get()
                        .uri(URI.create("http://localhost:%d/manage/evenkeel-live".formatted(main)))
                        .exchangeToMono(response -> response.toBodilessEntity())
                        .block(PATIENCE)
                        .getStatusCode())
                .isEqualTo(HttpStatus.NOT_FOUND);

        long began = System.nanoTime();
        apart.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        assertThat(ended).succeedsWithin(PATIENCE);
    }
}
