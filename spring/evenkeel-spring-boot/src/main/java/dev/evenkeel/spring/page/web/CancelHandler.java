package dev.evenkeel.spring.page.web;

import dev.evenkeel.CallContext;
import dev.evenkeel.spring.page.Cancelling;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Tells who looks at the page what he may do, and does it. */
final class CancelHandler {

    private final CancelGate gate;
    private final CsrfHeader csrf;
    private final PageJson json;

    CancelHandler(CancelGate gate, CsrfHeader csrf, PageJson json) {
        this.gate = gate;
        this.csrf = csrf;
        this.json = json;
    }

    /** Whether the caller may cancel, why not, and what the request has to carry. */
    Mono<ServerResponse> me(ServerRequest request) {
        Mono<Optional<String>> refusal = principal(request).flatMap(who -> gate.refusal(who.orElse(null)));
        Mono<Optional<CsrfHeader.Value>> header =
                csrf.of(request.exchange()).map(Optional::of).defaultIfEmpty(Optional.empty());
        return Mono.zip(refusal, header).flatMap(both -> {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("mayCancel", both.getT1().isEmpty());
            both.getT1().ifPresent(sentence -> answer.put("sentence", sentence));
            both.getT2().ifPresent(value -> answer.put("csrf", value));
            return json(HttpStatus.OK, answer);
        });
    }

    Mono<ServerResponse> cancel(ServerRequest request) {
        String foreign = SameOrigin.refusal(request.headers().asHttpHeaders());
        if (foreign != null) {
            return refuse(foreign);
        }
        return principal(request)
                .flatMap(who -> gate.refusal(who.orElse(null))
                        .flatMap(refusal -> refusal.isPresent() ? refuse(refusal.get()) : run(request, who)));
    }

    private Mono<ServerResponse> run(ServerRequest request, Optional<Principal> who) {
        Mono<Cancelling.Answer> answer = request.bodyToMono(String.class)
                .flatMap(body -> Mono.justOrEmpty(json.text(body, "id")))
                .flatMap(id -> gate.cancelling().cancel(id))
                .defaultIfEmpty(new Cancelling.Answer(false, "The request does not say which statement."))
                .onErrorResume(failed -> Mono.just(new Cancelling.Answer(
                        false,
                        "Not stopped: the server could not be asked (%s)."
                                .formatted(failed.getClass().getSimpleName()))));
        return who.map(Principal::getName)
                .map(name -> answer.contextWrite(CallContext.principal(name)))
                .orElse(answer)
                .flatMap(done -> json(HttpStatus.OK, done));
    }

    private static Mono<Optional<Principal>> principal(ServerRequest request) {
        return request.principal().<Optional<Principal>>map(Optional::of).defaultIfEmpty(Optional.empty());
    }

    private Mono<ServerResponse> refuse(String sentence) {
        return json(HttpStatus.FORBIDDEN, new Cancelling.Answer(false, sentence));
    }

    private Mono<ServerResponse> json(HttpStatus status, Object body) {
        return ServerResponse.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-store")
                .bodyValue(json.write(body));
    }
}
