package dev.evenkeel.spring.endpoint;

import dev.evenkeel.CallContext;
import dev.evenkeel.ReactiveDatabaseManager;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import reactor.core.publisher.Mono;

/**
 * {@code POST /actuator/evenkeelcontrol/{action}}: what an operator may want done. Off unless it is exposed and
 * {@code management.endpoint.evenkeelcontrol.access=unrestricted}.
 */
@Endpoint(id = "evenkeelcontrol", defaultAccess = Access.NONE)
public final class EvenkeelControlEndpoint {

    private final ReactiveDatabaseManager manager;

    EvenkeelControlEndpoint(ReactiveDatabaseManager manager) {
        this.manager = manager;
    }

    /** What can be asked for. */
    public enum Action {
        /** Replaces all connections; no call fails because of it. */
        ROTATE,
        /** Asks the server through every idle connection and replaces those that do not answer. */
        VALIDATE
    }

    /**
     * What was done.
     *
     * @param replaced idle connections that did not answer; 0 for a rotation
     */
    public record Done(Action action, int replaced) {}

    /** Completes when the connections that nobody uses are replaced; those in use are when they come back. */
    @WriteOperation
    public Mono<Done> run(@Selector Action action, SecurityContext security) {
        Mono<Done> work = switch (action) {
            case ROTATE -> manager.rotateConnections().thenReturn(new Done(action, 0));
            case VALIDATE ->
                manager.validatePool()
                        .map(found -> new Done(
                                action,
                                found.nodes().values().stream()
                                        .mapToInt(node -> node.replaced())
                                        .sum()));
        };
        String name =
                security.getPrincipal() == null ? null : security.getPrincipal().getName();
        return name == null ? work : work.contextWrite(CallContext.principal(name));
    }
}
