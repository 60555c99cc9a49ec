package dev.evenkeel.migrations.session;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.migrations.Blocker;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent;
import dev.evenkeel.migrations.MigrationEvent.StatementContinued;
import dev.evenkeel.migrations.session.Progress.Running;
import io.r2dbc.spi.Row;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Watches the statement that a migration runs, through the manager's own connections: soon after its begin, to see who is in
 * its way before the lock timeout ends it, and then at each heartbeat.
 */
final class Observer {

    private static final Logger log = LoggerFactory.getLogger(Observer.class);

    private static final String BLOCKERS = """
            select b.pid, coalesce(nullif(b.application_name, ''), 'unnamed') as application, coalesce(b.state, '') as state,
              coalesce((extract(epoch from clock_timestamp() - b.xact_start) * 1000)::bigint, 0) as age
            from unnest(pg_blocking_pids($1)) as blocker join pg_stat_activity b on b.pid = blocker""";

    private final ReactiveDatabaseManager database;
    private final MigrationConfig config;

    Observer(ReactiveDatabaseManager database, MigrationConfig config) {
        this.database = database;
        this.config = config;
    }

    /** What is seen of the statements of a session, which is {@code null} while it is not open; never an error. */
    Flux<MigrationEvent> watch(Supplier<@Nullable MigrationSession> session, Progress progress) {
        Duration soon = config.lockTimeout().dividedBy(2);
        Duration first = soon.compareTo(config.heartbeat()) < 0 ? soon : config.heartbeat();
        return progress.statements()
                .switchMap(statement -> statement.number() == 0
                        ? Flux.never()
                        : Flux.interval(first, config.heartbeat())
                                .onBackpressureDrop()
                                .concatMap(tick -> look(session.get(), progress, statement, tick > 0), 1));
    }

    private Mono<MigrationEvent> look(
            @Nullable MigrationSession session, Progress progress, Running statement, boolean tellAnyway) {
        if (session == null) {
            return Mono.empty();
        }
        return database.query(BLOCKERS, session.pid())
                .readOnly(ReadConsistency.STRONG)
                .label("migration observer")
                .timeout(config.heartbeat().plus(Duration.ofSeconds(1)))
                .map(Observer::blocker)
                .collectList()
                .doOnNext(progress::saw)
                .filter(blockers -> tellAnyway || !blockers.isEmpty())
                .<MigrationEvent>map(blockers -> told(statement, blockers))
                .onErrorResume(failure -> {
                    log.debug("The running migration cannot be looked at", failure);
                    return tellAnyway ? Mono.just(told(statement, List.of())) : Mono.empty();
                });
    }

    private static MigrationEvent told(Running statement, List<Blocker> blockers) {
        return new StatementContinued(
                Objects.requireNonNullElse(statement.script(), ""),
                statement.number(),
                statement.outline(),
                statement.elapsed(),
                blockers);
    }

    private static Blocker blocker(Row row) {
        return new Blocker(
                Objects.requireNonNull(row.get("pid", Integer.class)),
                Objects.requireNonNull(row.get("application", String.class)),
                Objects.requireNonNull(row.get("state", String.class)),
                Duration.ofMillis(Objects.requireNonNull(row.get("age", Long.class))));
    }
}
