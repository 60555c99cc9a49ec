package dev.evenkeel.spring.page.web;

import dev.evenkeel.spring.page.LiveFeed;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The stream, for so many browsers at once: each keeps a socket, and a little that it has not read yet. */
final class StreamHandler {

    static final int MOST = 100;

    private static final Duration RETRY = Duration.ofSeconds(2);

    private final LiveFeed feed;
    private final PageJson json;
    private final AtomicInteger open = new AtomicInteger();

    StreamHandler(LiveFeed feed, PageJson json) {
        this.feed = feed;
        this.json = json;
    }

    Mono<ServerResponse> stream(ServerRequest request) {
        if (open.get() >= MOST) {
            return ServerResponse.status(HttpStatus.SERVICE_UNAVAILABLE)
                    .bodyValue("%d browsers look at this page already.".formatted(MOST));
        }
        Flux<ServerSentEvent<String>> events = Flux.defer(() -> {
            open.incrementAndGet();
            return feed.changes()
                    .map(news -> ServerSentEvent.builder(json.write(news))
                            .retry(RETRY)
                            .build())
                    .doFinally(end -> open.decrementAndGet());
        });
        return ServerResponse.ok()
                .contentType(MediaType.TEXT_EVENT_STREAM)
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no")
                .body(BodyInserters.fromServerSentEvents(events));
    }
}
