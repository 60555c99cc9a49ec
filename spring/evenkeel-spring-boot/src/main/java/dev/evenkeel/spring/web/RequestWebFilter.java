package dev.evenkeel.spring.web;

import dev.evenkeel.CallContext;
import java.security.Principal;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Tells calls which request they belong to, as {@code GET /orders/{id}}, and who makes them. The route is found after the filters,
 * so the name is asked for when a call is made; a request without a route is named by its method only.
 */
final class RequestWebFilter implements WebFilter, Ordered {

    /** After Spring Security's filters, at -100, know who it is. */
    static final int ORDER = 0;

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return exchange.getPrincipal()
                .mapNotNull(Principal::getName)
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(who -> chain.filter(exchange)
                        .contextWrite(context -> who.map(
                                        name -> CallContext.principal(name).apply(context))
                                .orElse(context))
                        .contextWrite(CallContext.request(() -> name(exchange))));
    }

    private static String name(ServerWebExchange exchange) {
        Object route = exchange.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        String method = exchange.getRequest().getMethod().name();
        return route == null ? method : method + " " + route;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }
}
