package dev.evenkeel.spring;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.DatabaseException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.resilience.retry.MethodRetryPredicate;

/**
 * For {@code @Retryable(predicate = SafeToRetry.class)}: makes Spring repeat a {@code @Transactional} method, in a new transaction, when
 * a {@link DatabaseException} says that it is {@linkplain DatabaseException#safeToRetry() safe}, be it behind Spring's own exceptions.
 * Serialization failures and deadlocks are, and so is a connection that was lost before COMMIT; a COMMIT without an answer never is, and
 * neither is an error that is not the database's. Stateless.
 *
 * <p>A method that returns a {@code Flux}, or another publisher of many, is never repeated: its rows have gone out when COMMIT fails.
 */
public final class SafeToRetry implements MethodRetryPredicate {

    /** A chain of causes may be a circle. */
    private static final int MOST_CAUSES = 50;

    @Override
    public boolean shouldRetry(Method method, Throwable error) {
        if (returnsMany(method)) {
            return false;
        }
        List<DatabaseException> failures = causes(error)
                .filter(DatabaseException.class::isInstance)
                .map(DatabaseException.class::cast)
                .toList();
        return !failures.isEmpty()
                && failures.get(0).safeToRetry()
                && failures.stream().noneMatch(CommitOutcomeUnknownException.class::isInstance);
    }

    private static boolean returnsMany(Method method) {
        ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(method.getReturnType());
        return adapter != null && adapter.isMultiValue();
    }

    private static Stream<Throwable> causes(Throwable error) {
        return Stream.iterate(error, Objects::nonNull, Throwable::getCause).limit(MOST_CAUSES);
    }
}
