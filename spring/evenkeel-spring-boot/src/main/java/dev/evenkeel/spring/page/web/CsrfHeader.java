package dev.evenkeel.spring.page.web;

import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** What a filter of the application wants to find in a request that changes something. */
@FunctionalInterface
interface CsrfHeader {

    /** Empty when nobody asks for one. */
    Mono<Value> of(ServerWebExchange exchange);

    /** A header and what it must say. */
    record Value(String header, String token) {}
}
