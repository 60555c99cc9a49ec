package dev.evenkeel.spring.endpoint;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.ReactiveDatabaseManager;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import reactor.core.publisher.Mono;

/** {@code GET /actuator/evenkeel}: the nodes, the pools and what to do, probed now. Changes nothing. */
@Endpoint(id = "evenkeel")
public final class EvenkeelEndpoint {

    private final ReactiveDatabaseManager manager;

    EvenkeelEndpoint(ReactiveDatabaseManager manager) {
        this.manager = manager;
    }

    /** Never errors; emits within the probe timeout. */
    @ReadOperation
    public Mono<HealthSnapshot> snapshot() {
        return manager.healthCheck();
    }
}
