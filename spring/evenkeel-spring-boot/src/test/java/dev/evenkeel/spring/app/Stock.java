package dev.evenkeel.spring.app;

import dev.evenkeel.spring.SafeToRetry;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

@Service
public class Stock {

    private final DatabaseClient client;

    Stock(DatabaseClient client) {
        this.client = client;
    }

    @Retryable(predicate = SafeToRetry.class, maxRetries = 4, delay = 10, jitter = 10, multiplier = 2)
    @Transactional(isolation = Isolation.SERIALIZABLE)
    public Mono<Integer> take(long product, int pieces) {
        return client.sql("select pieces from stock where product = :product")
                .bind("product", product)
                .mapValue(Integer.class)
                .one()
                .map(left -> left - pieces)
                .flatMap(left -> client.sql("update stock set pieces = :left where product = :product")
                        .bind("left", left)
                        .bind("product", product)
                        .then()
                        .thenReturn(left));
    }
}
