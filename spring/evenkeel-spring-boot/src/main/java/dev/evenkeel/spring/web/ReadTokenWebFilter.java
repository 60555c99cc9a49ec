package dev.evenkeel.spring.web;

import dev.evenkeel.CallContext;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.ReadSession;
import dev.evenkeel.ReadToken;
import dev.evenkeel.ReadTokenSeal;
import dev.evenkeel.config.Secret;
import dev.evenkeel.error.InvalidConfigurationException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Gives each request the {@link ReadSession} of its client, so that reads see what the client wrote before, on this instance or
 * another, and only the client's own writes keep its reads from replicas. A token comes as a header or, from browsers, a cookie, and
 * goes back as both after a request that may have written. A token that was not signed with our key counts as none.
 *
 * <p>If the position of the writes does not become known in time, the response goes without one: what was answered is true, and
 * only reads on other instances may not see it yet.
 */
final class ReadTokenWebFilter implements WebFilter, Ordered {

    private static final Set<HttpMethod> SAFE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE);

    private final ReactiveDatabaseManager manager;
    private final WebProperties.ReadToken settings;
    private final ReadTokenSeal seal;

    ReadTokenWebFilter(ReactiveDatabaseManager manager, WebProperties.ReadToken settings) {
        this.manager = manager;
        this.settings = settings;
        String secret = settings.secret();
        if (secret == null) {
            throw InvalidConfigurationException.of(
                    "readToken.key",
                    "missing",
                    "at least 16 bytes, the same for all instances",
                    "make one with: openssl rand -base64 32");
        }
        this.seal = new ReadTokenSeal(Secret.of(secret));
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return Mono.defer(() -> {
            ReadSession session =
                    brought(exchange.getRequest()).map(ReadSession::from).orElseGet(ReadSession::create);
            if (!SAFE.contains(exchange.getRequest().getMethod())) {
                exchange.getResponse().beforeCommit(() -> give(exchange, session));
            }
            return chain.filter(exchange).contextWrite(CallContext.session(session));
        });
    }

    private Optional<ReadToken> brought(ServerHttpRequest request) {
        String header = request.getHeaders().getFirst(settings.name());
        return Optional.ofNullable(header == null ? cookie(request) : header).flatMap(seal::open);
    }

    private @Nullable String cookie(ServerHttpRequest request) {
        HttpCookie cookie = request.getCookies().getFirst(settings.name());
        return cookie == null ? null : cookie.getValue();
    }

    private Mono<Void> give(ServerWebExchange exchange, ReadSession session) {
        return manager.readToken()
                .contextWrite(CallContext.session(session))
                .timeout(settings.maxWait(), Mono.empty())
                .onErrorComplete()
                .doOnNext(token -> put(exchange, seal.seal(token)))
                .then();
    }

    private void put(ServerWebExchange exchange, String token) {
        ServerHttpResponse response = exchange.getResponse();
        response.getHeaders().set(settings.name(), token);
        response.addCookie(ResponseCookie.from(settings.name(), token)
                .httpOnly(true)
                .secure("https".equals(exchange.getRequest().getURI().getScheme()))
                .sameSite("Lax")
                .path("/")
                .maxAge(settings.maxAge())
                .build());
    }

    @Override
    public int getOrder() {
        return RequestWebFilter.ORDER + 1;
    }
}
