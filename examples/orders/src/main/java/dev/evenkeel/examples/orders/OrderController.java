package dev.evenkeel.examples.orders;

import java.net.URI;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** Orders over HTTP. */
@RestController
@RequestMapping("/orders")
class OrderController {

    private final Checkout checkout;
    private final Orders orders;
    private final ServedReads reads;

    OrderController(Checkout checkout, Orders orders, ServedReads reads) {
        this.checkout = checkout;
        this.orders = orders;
        this.reads = reads;
    }

    @PostMapping
    Mono<ResponseEntity<Receipt>> place(@RequestBody NewOrder order) {
        return checkout.take(order)
                .map(receipt -> ResponseEntity.created(URI.create("/orders/" + receipt.orderId()))
                        .body(receipt));
    }

    @GetMapping
    Mono<ResponseEntity<List<Order>>> ofCustomer(
            @RequestParam int customer, @RequestParam(defaultValue = "20") Limit limit) {
        return reads.answer("list orders", connection -> orders.newest(connection, customer, limit));
    }

    @GetMapping("/{id}")
    Mono<ResponseEntity<OrderDetails>> byId(@PathVariable long id) {
        return reads.answer("show order", connection -> orders.details(connection, id))
                .switchIfEmpty(
                        Mono.error(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no order " + id)));
    }
}
