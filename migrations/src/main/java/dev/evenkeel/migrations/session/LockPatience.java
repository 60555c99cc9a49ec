package dev.evenkeel.migrations.session;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.LockRefused;
import dev.evenkeel.migrations.session.Progress.Running;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a script again when a lock was not free in time. A statement that waits for a strong lock makes everybody wait who comes
 * later, readers included; so it waits for a moment only, gives up all that its script has, and lets them pass.
 */
public final class LockPatience {

    private static final Logger log = LoggerFactory.getLogger(LockPatience.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final MigrationConfig config;
    private final MigrationSession session;
    private final Progress progress;
    private @Nullable String script;
    private int attempts;
    private long sinceNanos;

    public LockPatience(MigrationConfig config, MigrationSession session, Progress progress) {
        this.config = config;
        this.session = session;
        this.progress = progress;
    }

    /** Work that can be done again after it failed for a lock. */
    @FunctionalInterface
    public interface Attempt {
        void run() throws Exception;
    }

    /** Bounds the wait for each lock in the transaction that is open now. */
    public void bound() throws SQLException {
        session.execute("set local lock_timeout = " + config.lockTimeout().toMillis());
    }

    /** Until it is done, fails for another reason, or one script has used up its budget. */
    public void run(Attempt attempt) throws Exception {
        while (true) {
            try {
                attempt.run();
                return;
            } catch (Exception e) {
                Running where = progress.running();
                if (!MigrationFailures.isLockTimeout(e) || !where.transactional() || where.script() == null) {
                    throw e;
                }
                count(where.script());
                Duration spent = Duration.ofNanos(System.nanoTime() - sinceNanos);
                if (spent.compareTo(config.lockBudget()) >= 0) {
                    throw e;
                }
                letPass(where.script());
            }
        }
    }

    private void count(String failed) {
        if (!Objects.equals(script, failed)) {
            script = failed;
            attempts = 0;
            sinceNanos = System.nanoTime();
        }
        attempts++;
    }

    private void letPass(String failed) {
        Duration pause = pause();
        log.info(
                "{} waits for {}: attempt {}, again in {} ms", failed, progress.blockers(), attempts, pause.toMillis());
        progress.tell(new LockRefused(failed, attempts, pause, progress.blockers()));
        progress.pause(pause);
    }

    /** Twice as long each time, half of it at random. */
    private Duration pause() {
        long most = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(attempts - 1, 10));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
    }
}
