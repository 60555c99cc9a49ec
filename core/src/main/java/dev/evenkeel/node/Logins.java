package dev.evenkeel.node;

import dev.evenkeel.config.CredentialSource;
import dev.evenkeel.config.Credentials;
import dev.evenkeel.error.SqlState;
import io.r2dbc.spi.R2dbcException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Logs in with what the {@link CredentialSource} says now. Thread-safe. A refused login is repeated only with other credentials,
 * because many refused logins lock accounts.
 */
public final class Logins {

    private final @Nullable RecentAnswer<Credentials> source;

    /** Without a source the URLs say who logs in. */
    public Logins(@Nullable CredentialSource source, Scheduler timer) {
        this.source =
                source == null ? null : new RecentAnswer<>("the credential source", Mono.defer(source::current), timer);
    }

    <T> Mono<T> with(Function<Optional<Credentials>, Mono<T>> login) {
        return source == null
                ? login.apply(Optional.empty())
                : source.use(current -> login.apply(Optional.of(current)), Logins::isRefused);
    }

    private static boolean isRefused(Throwable error) {
        return error instanceof R2dbcException r2dbc && SqlState.of(r2dbc.getSqlState()) == SqlState.LOGIN_REFUSED;
    }
}
