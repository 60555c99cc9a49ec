package dev.evenkeel.examples.orders;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.ReactiveDatabaseManager;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** How the database does: now, or from now on. */
@RestController
@RequestMapping("/health")
class HealthController {

    private final ReactiveDatabaseManager db;
    private final Sinks.Empty<Void> closing = Sinks.empty();

    HealthController(ReactiveDatabaseManager db) {
        this.db = db;
    }

    @GetMapping
    Mono<ResponseEntity<HealthSnapshot>> now() {
        return db.healthCheck()
                .map(snapshot -> ResponseEntity.status(
                                snapshot.status() == HealthStatus.UNHEALTHY
                                        ? HttpStatus.SERVICE_UNAVAILABLE
                                        : HttpStatus.OK)
                        .body(snapshot));
    }

    @GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<HealthSnapshot> stream() {
        return db.health().takeUntilOther(closing.asMono());
    }

    /** The web server stops only when all answers have ended, which a stream without an end never does. */
    @EventListener(ContextClosedEvent.class)
    void endStreams() {
        closing.tryEmitEmpty();
    }
}
