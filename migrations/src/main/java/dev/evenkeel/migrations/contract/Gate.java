package dev.evenkeel.migrations.contract;

import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import java.sql.SQLException;
import java.time.Duration;

/**
 * An advisory lock of the session that an old instance passes while it joins, any number of them at once, and that is closed
 * while a contract script runs. Who waits asks now and then, see {@code InstanceLock}.
 */
final class Gate {

    private static final Duration PAUSE = Duration.ofMillis(50);

    /** "Evenkeel" in ASCII; the hash of the history's quoted name is added. */
    private static final long EVENKEEL = 0x4576656E6B65656CL;

    private final MigrationSession session;
    private final long key;

    Gate(MigrationSession session) {
        this.session = session;
        this.key = EVENKEEL + session.table().quoted().hashCode();
    }

    void close(Progress progress) throws SQLException {
        await("select pg_try_advisory_lock(" + key + ")", progress);
    }

    void open() throws SQLException {
        session.execute("select pg_advisory_unlock(" + key + ")");
    }

    void enter(Progress progress) throws SQLException {
        await("select pg_try_advisory_lock_shared(" + key + ")", progress);
    }

    void leave() throws SQLException {
        session.execute("select pg_advisory_unlock_shared(" + key + ")");
    }

    private void await(String attempt, Progress progress) throws SQLException {
        while (!session.query(attempt, row -> row.getBoolean(1)).get(0)) {
            progress.pause(PAUSE);
        }
    }
}
