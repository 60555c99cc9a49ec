package dev.evenkeel.examples.orders;

import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

/** The same reads as {@link ServedReads}, in Spring's way: the annotation is what leads them to a replica. */
@Component
class Customers {

    private final CustomerRepository repository;

    Customers(CustomerRepository repository) {
        this.repository = repository;
    }

    @Transactional(readOnly = true)
    public Mono<ResponseEntity<Customer>> byId(int id) {
        return repository.findById(id).flatMap(this::served);
    }

    @Transactional(readOnly = true)
    public Mono<ResponseEntity<List<Customer>>> named(String part, Limit limit) {
        return repository
                .findByNameContainingIgnoreCaseOrderById(part, org.springframework.data.domain.Limit.of(limit.rows()))
                .collectList()
                .flatMap(this::served);
    }

    private <T> Mono<ResponseEntity<T>> served(T body) {
        return repository
                .node()
                .map(node ->
                        ResponseEntity.ok().header(ServedReads.SERVED_BY, node).body(body));
    }
}
