package dev.evenkeel.spring.page.web;

import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The token of Spring Security, which stands in front of the page's own guards. */
final class SecurityCsrfHeader implements CsrfHeader {

    @Override
    public Mono<Value> of(ServerWebExchange exchange) {
        Mono<CsrfToken> token = exchange.getAttribute(CsrfToken.class.getName());
        return token == null ? Mono.empty() : token.map(known -> new Value(known.getHeaderName(), known.getToken()));
    }
}
