package dev.evenkeel.examples.orders;

import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** Customers over HTTP. */
@RestController
@RequestMapping("/customers")
class CustomerController {

    private final Customers customers;

    CustomerController(Customers customers) {
        this.customers = customers;
    }

    @GetMapping
    Mono<ResponseEntity<List<Customer>>> named(
            @RequestParam(defaultValue = "") String name, @RequestParam(defaultValue = "20") Limit limit) {
        return customers.named(name, limit);
    }

    @GetMapping("/{id}")
    Mono<ResponseEntity<Customer>> byId(@PathVariable int id) {
        return customers
                .byId(id)
                .switchIfEmpty(Mono.error(
                        () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no customer " + id)));
    }
}
