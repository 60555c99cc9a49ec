package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

/** A Spring Data repository beside the manager. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class CustomersIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MANY = 50;

    /** Counted by each server for itself, as soon as the statement has ended. */
    private static final String READS =
            "select coalesce(sum(calls), 0) from pg_stat_statements where query ~* '^select.*from .?customers'";

    @Autowired
    private PostgresCluster cluster;

    private WebTestClient web;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        web = WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port)
                .responseTimeout(PATIENCE)
                .build();
    }

    @Test
    void findsACustomerByNumberAndByAPartOfTheName() {
        assertThat(customer(7).getResponseBody().name()).isEqualTo("Greta Achterberg");
        web.get()
                .uri("/customers?name=achter&limit=3")
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .exists(ServedReads.SERVED_BY)
                .expectBody()
                .jsonPath("$[*].name")
                .value((List<String> names) ->
                        assertThat(names).hasSize(3).allMatch(name -> name.endsWith(" Achterberg")));
    }

    private EntityExchangeResult<Customer> customer(int id) {
        return web.get()
                .uri("/customers/{id}", id)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(Customer.class)
                .returnResult();
    }

    @Test
    void namesTheCustomerThatDoesNotExist() {
        web.get()
                .uri("/customers/70000")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.detail")
                .isEqualTo("There is no customer 70000");
    }

    @Test
    void tellsWhatIsBehindSpringsExceptionAsItDoesForTheManagers() {
        cluster.primary().execute("alter table customers rename to clients");
        try {
            Awaitility.await().atMost(PATIENCE).until(() -> status() == 500);
            web.get()
                    .uri("/customers/7")
                    .exchange()
                    .expectHeader()
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .expectBody()
                    .jsonPath("$.code")
                    .isEqualTo("42P01")
                    .jsonPath("$.type")
                    .isEqualTo("urn:evenkeel:schema")
                    .jsonPath("$.requestId")
                    .isNotEmpty();
        } finally {
            cluster.primary().execute("alter table clients rename to customers");
        }
        cluster.awaitReplayed(PATIENCE);
    }

    private int status() {
        return web.get()
                .uri("/customers/7")
                .exchange()
                .returnResult(Void.class)
                .getStatus()
                .value();
    }

    @Test
    void readsCustomersFromReplicasOnceTheyHaveReplayedTheLastWrite() {
        cluster.primary().execute("create extension if not exists pg_stat_statements");
        Awaitility.await().atMost(PATIENCE).until(() -> servedBy().startsWith("replica"));
        long onPrimary = reads(List.of(cluster.primary()));
        long onReplicas = reads(cluster.replicas());

        for (int i = 0; i < MANY; i++) {
            assertThat(servedBy()).startsWith("replica 127.0.0.1:");
        }

        assertThat(reads(List.of(cluster.primary()))).isEqualTo(onPrimary);
        assertThat(reads(cluster.replicas())).isEqualTo(onReplicas + MANY);
    }

    private String servedBy() {
        return customer(7).getResponseHeaders().getFirst(ServedReads.SERVED_BY);
    }

    private static long reads(List<PostgresNode> nodes) {
        return nodes.stream()
                .mapToLong(node -> Long.parseLong(node.queryOne(READS)))
                .sum();
    }
}
