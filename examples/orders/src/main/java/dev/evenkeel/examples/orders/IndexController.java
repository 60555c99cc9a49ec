package dev.evenkeel.examples.orders;

import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Says what there is. */
@RestController
class IndexController {

    private static final List<Endpoint> ENDPOINTS = List.of(
            new Endpoint("GET", "/products?search=&limit=", "what is for sale, from a replica"),
            new Endpoint("POST", "/orders", "place an order, in a transaction on the primary"),
            new Endpoint("GET", "/orders?customer=&limit=", "newest orders of a customer, from a replica"),
            new Endpoint("GET", "/orders/{id}", "one order with its lines, from a replica"),
            new Endpoint(
                    "GET",
                    "/customers?name=&limit=",
                    "customers by a part of their name, by Spring Data, from a replica"),
            new Endpoint("GET", "/customers/{id}", "one customer, by Spring Data, from a replica"),
            new Endpoint("GET", "/export/orders", "every order line, as a stream"),
            new Endpoint("GET", "/health", "how the database does now"),
            new Endpoint("GET", "/health/stream", "how the database does from now on, as server-sent events"));

    record Endpoint(String method, String path, String purpose) {}

    @GetMapping("/")
    List<Endpoint> endpoints() {
        return ENDPOINTS;
    }
}
