package dev.evenkeel.migrations.session;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationEvent.LockAwaited;
import dev.evenkeel.migrations.history.HistoryTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps instances apart by Flyway's own advisory lock, so that other Flyway clients wait as well. It is held by the session for
 * all scripts together; Flyway takes it again for each, on the same session, which counts.
 *
 * <p>Who waits asks now and then. To wait inside the server would be a deadlock with {@code create index concurrently}, which
 * waits for every older snapshot, that of the waiting statement included.
 */
public final class InstanceLock {

    private static final Logger log = LoggerFactory.getLogger(InstanceLock.class);

    /** "Flyway" in ASCII; the hash of the table's quoted name is added. */
    private static final long FLYWAY = 0x466C79776179L;

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
    private static final Duration BETWEEN_WORDS = Duration.ofSeconds(1);

    private final MigrationSession session;
    private final long key;

    public InstanceLock(MigrationSession session) {
        this(session, session.table());
    }

    /** That of another history than the session's. */
    public InstanceLock(MigrationSession session, HistoryTable table) {
        this.session = session;
        this.key = FLYWAY + table.quoted().hashCode();
    }

    /** Returns when the session has the lock. */
    public void await(Duration bound, Progress progress) throws SQLException {
        long begun = System.nanoTime();
        Duration next = Duration.ZERO;
        while (!isTaken()) {
            Duration waited = Duration.ofNanos(System.nanoTime() - begun);
            if (waited.compareTo(bound) > 0) {
                throw tooLong(waited);
            }
            if (waited.compareTo(next) >= 0) {
                next = waited.plus(BETWEEN_WORDS);
                String holder = holder();
                log.info("Another instance is migrating ({}), {} s", holder, waited.toSeconds());
                progress.tell(new LockAwaited(holder, waited));
            }
            progress.pause(Duration.ofMillis(
                    ThreadLocalRandom.current().nextLong(SHORTEST_PAUSE.toMillis(), LONGEST_PAUSE.toMillis())));
        }
    }

    /** Gives it back before the session ends. */
    public void release() throws SQLException {
        session.execute("select pg_advisory_unlock(" + key + ")");
    }

    private boolean isTaken() throws SQLException {
        return session.query("select pg_try_advisory_lock(" + key + ")", row -> row.getBoolean(1))
                .get(0);
    }

    /** An advisory lock on a bigint shows its halves. */
    private String holder() throws SQLException {
        List<String> holders = session.query(
                "select coalesce(nullif(a.application_name, ''), 'unnamed') || ' (pid ' || a.pid"
                        + " || coalesce(' on ' || host(a.client_addr), '') || ')'"
                        + " from pg_locks l join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and l.granted"
                        + " and l.database = (select oid from pg_database where datname = current_database())"
                        + " and l.objsubid = 1 and l.classid::bigint = " + (key >>> 32) + " and l.objid::bigint = "
                        + (key & 0xFFFFFFFFL),
                row -> row.getString(1));
        return holders.isEmpty() ? "it has just finished" : holders.get(0);
    }

    private MigrationException tooLong(Duration waited) throws SQLException {
        String holder = holder();
        return new MigrationException(Failure.of(
                        "INSTANCE_LOCK_TIMEOUT",
                        ErrorType.SCHEMA,
                        "Another instance has been migrating for longer than migrations.instanceWait allows: %s, waited %d s"
                                .formatted(holder, waited.toSeconds()),
                        "look what it is doing: select * from pg_stat_activity where application_name like '%:migrate'",
                        "raise migrations.instanceWait if its migrations are that long")
                .retryable(true));
    }
}
