package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Everybody wants the same few things at once. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class RushIT {

    private static final int BUYERS = 64;
    private static final List<Integer> PRODUCTS = List.of(201, 202, 203);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Autowired
    private ReactiveDatabaseManager db;

    @Test
    void sellsExactlyWhatThereIsTo64BuyersOn10Connections(@LocalServerPort int port) {
        assertThat(db.metrics().pools().values()).allMatch(pool -> pool.max() == 10);
        WebClient web = WebClient.create("http://localhost:" + port);
        int before = pieces("select sum(quantity) from stock where product_id = any($1)");
        int soldBefore = sold();
        // Enough for about two thirds of the buyers.
        int quantity = before / PRODUCTS.size() / 40;

        Map<HttpStatus, Long> outcomes = Flux.range(0, BUYERS)
                .flatMap(buyer -> buy(web, buyer, quantity), BUYERS)
                .collect(Collectors.groupingBy(status -> status, Collectors.counting()))
                .blockOptional(PATIENCE)
                .orElseThrow();

        assertThat(outcomes).containsOnlyKeys(HttpStatus.CREATED, HttpStatus.CONFLICT);
        assertThat(pieces("select min(quantity)::numeric from stock where product_id = any($1)"))
                .isNotNegative()
                .isLessThan(quantity);
        int after = pieces("select sum(quantity) from stock where product_id = any($1)");
        assertThat(before - after)
                .isEqualTo(sold() - soldBefore)
                .isEqualTo(outcomes.get(HttpStatus.CREATED) * quantity * PRODUCTS.size());
        assertThat(ordersWhoseTotalIsNotTheSumOfTheirLines()).isZero();
        assertThat(db.metrics().leased()).isZero();
        assertThat(db.metrics().waiting()).isZero();
    }

    /** Each buyer names the products in another order, which would deadlock if they were taken in that order. */
    private static Mono<HttpStatus> buy(WebClient web, int buyer, int quantity) {
        String lines = IntStream.range(0, PRODUCTS.size())
                .map(i -> PRODUCTS.get((i + buyer) % PRODUCTS.size()))
                .mapToObj("{\"productId\": %d, \"quantity\": %%d}"::formatted)
                .map(line -> line.formatted(quantity))
                .collect(Collectors.joining(", ", "[", "]"));
        return web.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue("{\"customerId\": %d, \"lines\": %s}".formatted(1 + buyer, lines))
                .exchangeToMono(response -> response.releaseBody()
                        .thenReturn(HttpStatus.valueOf(response.statusCode().value())));
    }

    private int sold() {
        return pieces("select coalesce(sum(quantity), 0) from order_lines where product_id = any($1)");
    }

    private int pieces(String sql) {
        return db.query(sql, (Object) PRODUCTS.toArray(Integer[]::new))
                .one(row -> row.get(0, BigDecimal.class).intValueExact())
                .blockOptional()
                .orElseThrow();
    }

    private long ordersWhoseTotalIsNotTheSumOfTheirLines() {
        return db.query("""
                        select count(*) from orders o
                        where total <> (select sum(quantity * price) from order_lines where order_id = o.id)
                        """).one(row -> row.get(0, Long.class)).blockOptional().orElseThrow();
    }
}
