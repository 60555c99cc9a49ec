package dev.evenkeel.spring.page.web;

import dev.evenkeel.spring.page.Cancelling;
import dev.evenkeel.spring.page.PageAuthorization;
import dev.evenkeel.spring.page.PageProperties;
import java.security.Principal;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Who may cancel a statement, and if somebody may not, why. */
final class CancelGate {

    static final String OFF = "Cancelling is off: evenkeel.page.cancel=true switches it on.";
    static final String NO_INSIGHT =
            "Statements can be cancelled with the module evenkeel-monitoring, which is not there.";
    static final String NOBODY =
            "Nobody may cancel statements: users are not known without Spring Security, and the application has no bean"
                    + " of type PageAuthorization.";

    private final PageProperties properties;
    private final @Nullable Cancelling cancelling;
    private final @Nullable PageAuthorization authorization;

    CancelGate(PageProperties properties, @Nullable Cancelling cancelling, @Nullable PageAuthorization authorization) {
        this.properties = properties;
        this.cancelling = cancelling;
        this.authorization = authorization;
    }

    /** Why this user may not, in a sentence; empty if he may. Never errors. */
    Mono<Optional<String>> refusal(@Nullable Principal who) {
        if (!properties.cancel()) {
            return Mono.just(Optional.of(OFF));
        }
        if (cancelling == null) {
            return Mono.just(Optional.of(NO_INSIGHT));
        }
        PageAuthorization decides = authorization;
        if (decides == null) {
            return Mono.just(Optional.of(NOBODY));
        }
        return Mono.defer(() -> decides.mayCancel(who))
                .onErrorReturn(false)
                .defaultIfEmpty(false)
                .map(may -> may ? Optional.empty() : Optional.of(decides.refusal()));
    }

    /** For those without a refusal. */
    Cancelling cancelling() {
        return Objects.requireNonNull(cancelling);
    }
}
