package dev.evenkeel.spring.page;

import java.security.Principal;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Says who may cancel statements from the page, once {@code evenkeel.page.cancel} is on. A bean of this type decides alone; without one
 * it takes Spring Security and the role {@code evenkeel.page.cancel-role}.
 */
@FunctionalInterface
public interface PageAuthorization {

    /**
     * Whether this user may. Empty and an error count as no.
     *
     * @param who {@code null} when the request has no user
     */
    Mono<Boolean> mayCancel(@Nullable Principal who);

    /** The sentence for those who may not. */
    default String refusal() {
        return "You may not cancel statements: the application does not allow it.";
    }
}
