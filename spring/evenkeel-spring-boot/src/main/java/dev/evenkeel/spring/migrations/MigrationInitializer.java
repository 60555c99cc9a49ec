package dev.evenkeel.spring.migrations;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationEvent;
import dev.evenkeel.migrations.MigrationManager;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import reactor.core.publisher.Mono;

/** Migrates while the application starts, before the beans that depend on the database. A migration that fails stops the start. */
final class MigrationInitializer implements InitializingBean {

    private static final Logger log = LoggerFactory.getLogger(MigrationInitializer.class);

    private final MigrationManager migrations;
    private final Duration timeout;

    MigrationInitializer(MigrationManager migrations, Duration timeout) {
        this.migrations = migrations;
        this.timeout = timeout;
    }

    @Override
    public void afterPropertiesSet() {
        migrations
                .runMigrations()
                .doOnNext(MigrationInitializer::report)
                .then()
                .timeout(timeout, Mono.error(this::late))
                .block();
    }

    private static void report(MigrationEvent event) {
        if (event instanceof MigrationEvent.MigrationApplied applied) {
            log.info("Applied {} in {} ms", applied.script(), applied.elapsed().toMillis());
        } else if (event instanceof MigrationEvent.LockAwaited wait) {
            log.info(
                    "Waits for {}, which migrates, since {} ms",
                    wait.holder(),
                    wait.waited().toMillis());
        } else if (event instanceof MigrationEvent.SchemaChanged changed) {
            log.info("The schema is at version {} now", changed.version());
        } else if (event instanceof MigrationEvent.SchemaFound found) {
            log.info("The schema is at version {}, nothing is pending", found.version());
        } else {
            log.debug("{}", event);
        }
    }

    private MigrationException late() {
        return new MigrationException(Failure.of(
                "MIGRATION_TIMEOUT",
                ErrorType.SCHEMA,
                "The migrations did not end within %s and were stopped".formatted(timeout),
                "look for another instance that migrates, or for locks that a script waits for",
                "raise evenkeel.migrations.timeout"));
    }
}
