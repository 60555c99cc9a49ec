package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The five calls of the README, and what a customer sees when an order cannot be taken. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class OrdersIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Autowired
    private ReactiveDatabaseManager db;

    private WebTestClient web;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        web = WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port)
                .responseTimeout(PATIENCE)
                .build();
    }

    @AfterEach
    void allConnectionsAreBack() {
        assertThat(eventuallyNobodyHoldsOrWaitsForAConnection()).isTrue();
    }

    private boolean eventuallyNobodyHoldsOrWaitsForAConnection() {
        return Flux.interval(Duration.ZERO, Duration.ofMillis(20))
                .map(tick -> db.metrics())
                .any(metrics -> metrics.leased() == 0 && metrics.waiting() == 0)
                .blockOptional(Duration.ofSeconds(5))
                .orElse(false);
    }

    @Test
    void findsProductsByAPartOfTheirName() {
        web.get()
                .uri("/products?search=LANTERN&limit=3")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.length()")
                .isEqualTo(3)
                .jsonPath("$[0].name")
                .isEqualTo("Amber Lantern")
                .jsonPath("$[0].inStock")
                .isNumber();
    }

    @Test
    void refusesAListThatIsTooLong() {
        web.get()
                .uri("/products?limit=101")
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void showsAnOrderAtOnceToWhoPlacedIt() {
        String location = place(17, "[{'productId': 40, 'quantity': 2}, {'productId': 30, 'quantity': 1}]")
                .expectStatus()
                .isCreated()
                .returnResult(Void.class)
                .getResponseHeaders()
                .getFirst("Location");

        web.get()
                .uri(location)
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .exists(ServedReads.SERVED_BY)
                .expectBody()
                .jsonPath("$.order.customerId")
                .isEqualTo(17)
                .jsonPath("$.lines[0].productId")
                .isEqualTo(30)
                .jsonPath("$.lines[1].quantity")
                .isEqualTo(2);
        web.get()
                .uri("/orders?customer=17&limit=1")
                .exchange()
                .expectBody()
                .jsonPath("$[0].id")
                .isEqualTo(location.substring("/orders/".length()));
    }

    @Test
    void readsOrdersFromAReplicaOnceItHasReplayedTheLastWrite() {
        String servedBy = Mono.fromSupplier(this::nodeThatListsOrders)
                .repeatWhen(again -> again.delayElements(Duration.ofMillis(50), Schedulers.boundedElastic()))
                .filter(node -> node.startsWith("replica"))
                .blockFirst(PATIENCE);

        assertThat(servedBy).matches("replica 127\\.0\\.0\\.1:\\d+");
    }

    private String nodeThatListsOrders() {
        return web.get()
                .uri("/orders?customer=7&limit=3")
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(Void.class)
                .getResponseHeaders()
                .getFirst(ServedReads.SERVED_BY);
    }

    @Test
    void keepsNothingOfAnOrderThatIsPartlyOutOfStock() {
        int before = stockOf(50);

        place(17, "[{'productId': 50, 'quantity': 1}, {'productId': 51, 'quantity': 1000}]")
                .expectStatus()
                .isEqualTo(409)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.type")
                .isEqualTo("urn:shop:out-of-stock")
                .jsonPath("$.productId")
                .isEqualTo(51)
                .jsonPath("$.detail")
                .value(String.class, detail -> assertThat(detail).contains("1000 wanted"));

        assertThat(stockOf(50)).isEqualTo(before);
    }

    private int stockOf(int product) {
        return db.query("select quantity from stock where product_id = $1", product)
                .one(row -> row.get(0, Integer.class))
                .blockOptional()
                .orElseThrow();
    }

    @Test
    void namesTheCustomerOrProductThatDoesNotExist() {
        place(70_000, "[{'productId': 1, 'quantity': 1}]")
                .expectStatus()
                .isEqualTo(422)
                .expectBody()
                .jsonPath("$.detail")
                .isEqualTo("There is no customer 70000");
        place(17, "[{'productId': 7000, 'quantity': 1}]")
                .expectStatus()
                .isEqualTo(422)
                .expectBody()
                .jsonPath("$.detail")
                .isEqualTo("There is no product 7000");
        web.get().uri("/orders/999999").exchange().expectStatus().isNotFound();
    }

    @Test
    void refusesAnOrderWithoutLines() {
        place(17, "[]").expectStatus().isBadRequest();
    }

    private WebTestClient.ResponseSpec place(int customer, String lines) {
        return web.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{\"customerId\": %d, \"lines\": %s}".formatted(customer, lines.replace('\'', '"')))
                .exchange();
    }

    @Test
    void exportsEveryOrderLineAsAStream() {
        Long lines = export().count().block(Duration.ofMinutes(1));

        assertThat(lines).isGreaterThan(190_000);
    }

    @Test
    void stopsTheExportWhenItsReaderGoesAway() {
        StepVerifier.create(export(), 5).expectNextCount(5).thenCancel().verify(PATIENCE);
    }

    private Flux<ExportedLine> export() {
        return web.get()
                .uri("/export/orders")
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(ExportedLine.class)
                .getResponseBody();
    }

    @Test
    void streamsHealthSnapshots() {
        Flux<String> snapshots = web.get()
                .uri("/health/stream")
                .accept(MediaType.TEXT_EVENT_STREAM)
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(String.class)
                .getResponseBody();

        StepVerifier.create(snapshots.take(3))
                .thenConsumeWhile(
                        snapshot -> true,
                        snapshot -> assertThat(snapshot).contains("\"status\"", "\"nodes\"", "REPLICA"))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void tellsHowTheDatabaseDoesNow() {
        web.get()
                .uri("/health")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.nodes.length()")
                .isEqualTo(3);
    }

    @Test
    void listsItsEndpoints() {
        web.get()
                .uri("/")
                .exchange()
                .expectBody()
                .jsonPath("$[?(@.path == '/export/orders')]")
                .exists();
    }
}
