package dev.evenkeel.migrations.contract;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.ManagerClosedException;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.Membership;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.SessionRunner;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Keeps an instance known to the database, and brings it back when its session was lost. All of it must be faster than the
 * grace that a {@link Fence} gives.
 */
public final class Joining {

    private static final Logger log = LoggerFactory.getLogger(Joining.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(4);

    private final ReactiveDatabaseManager database;
    private final MigrationConfig config;
    private final SessionRunner sessions;

    public Joining(ReactiveDatabaseManager database, MigrationConfig config, SessionRunner sessions) {
        this.database = database;
        this.config = config;
        this.sessions = sessions;
    }

    /** With this newest version of its own. */
    public Flux<Membership> join(Version newest) {
        return Flux.defer(() -> {
            AtomicBoolean joined = new AtomicBoolean();
            Stay stay = new Stay(UUID.randomUUID(), newest, database.config().applicationName(), config.fenceGrace());
            return sessions.hold(stay)
                    .doOnNext(instance -> joined.set(true))
                    .concatMap(instance -> Flux.just(instance).concatWith(untilItIsMissed(instance)), 0)
                    .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE)
                            .maxBackoff(LONGEST_PAUSE)
                            .transientErrors(true)
                            .filter(failure -> comesBack(failure, joined.get()))
                            .doBeforeRetry(again -> log.warn(
                                    "This instance is not known to the database and joins again: {}",
                                    again.failure().getMessage())));
        });
    }

    /**
     * The session may be one with a former primary that has not noticed yet. So the server that the manager takes for the
     * primary is asked whether it knows the session's lock. Whoever does not answer has not denied it.
     */
    private Flux<Membership> untilItIsMissed(Membership instance) {
        Duration third = config.fenceGrace().dividedBy(3);
        Duration interval = third.compareTo(LONGEST_INTERVAL) < 0 ? third : LONGEST_INTERVAL;
        return Flux.interval(interval)
                .onBackpressureDrop()
                .concatMap(tick -> isAlive(instance).filter(alive -> !alive), 1)
                .concatMap(missed -> Mono.<Membership>error(missed(instance)));
    }

    private Mono<Boolean> isAlive(Membership instance) {
        return database.query(Instances.isAlive(instance.id()))
                .idempotent()
                .label("membership")
                .one(row -> Boolean.TRUE.equals(row.get(0, Boolean.class)))
                .onErrorResume(
                        failure -> failure instanceof ManagerClosedException ? Mono.error(failure) : Mono.empty());
    }

    private static MigrationException missed(Membership instance) {
        return new MigrationException(Failure.of(
                        "MEMBERSHIP_LOST",
                        ErrorType.CONNECTION,
                        "The primary does not know %s: its session is one with another server".formatted(instance))
                .retryable(true));
    }

    /** At first only what may pass by itself; later everything but the two answers that stay. */
    private static boolean comesBack(Throwable failure, boolean joined) {
        if (failure instanceof ManagerClosedException
                || (failure instanceof MigrationException refused && Contracted.isReason(refused))) {
            return false;
        }
        return joined || (failure instanceof DatabaseException known && known.safeToRetry());
    }
}
