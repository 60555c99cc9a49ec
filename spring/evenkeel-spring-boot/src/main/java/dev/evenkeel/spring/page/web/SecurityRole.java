package dev.evenkeel.spring.page.web;

import dev.evenkeel.spring.page.PageAuthorization;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import reactor.core.publisher.Mono;

/** Asks Spring Security for the role. */
record SecurityRole(String role) implements PageAuthorization {

    private static final String PREFIX = "ROLE_";

    @Override
    public Mono<Boolean> mayCancel(@Nullable Principal who) {
        return Mono.fromSupplier(() -> who instanceof Authentication user
                && user.isAuthenticated()
                && user.getAuthorities().stream().anyMatch(granted -> (PREFIX + role).equals(granted.getAuthority())));
    }

    @Override
    public String refusal() {
        return "You may not cancel statements: it takes the role %s.".formatted(role);
    }
}
