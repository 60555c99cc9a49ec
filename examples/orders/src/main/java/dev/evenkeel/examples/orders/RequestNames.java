package dev.evenkeel.examples.orders;

import dev.evenkeel.CallContext;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Lets the insight know which statements were executed for one request. */
@Component
class RequestNames implements WebFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String first =
                exchange.getRequest().getPath().pathWithinApplication().value().replaceFirst("^(/[a-z]*).*", "$1");
        return chain.filter(exchange)
                .contextWrite(CallContext.request(exchange.getRequest().getMethod() + " " + first));
    }
}
