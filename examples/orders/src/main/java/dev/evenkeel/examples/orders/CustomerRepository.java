package dev.evenkeel.examples.orders;

import org.springframework.data.domain.Limit;
import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.reactive.ReactiveCrudRepository;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Customers as Spring Data finds them, on the same connections as everything else. */
interface CustomerRepository extends ReactiveCrudRepository<Customer, Integer> {

    Flux<Customer> findByNameContainingIgnoreCaseOrderById(String part, Limit limit);

    @Query(ServedReads.NODE)
    Mono<String> node();
}
