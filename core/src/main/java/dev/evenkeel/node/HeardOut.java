package dev.evenkeel.node;

import dev.evenkeel.sql.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a statement by the driver, of which it can become known when it is over although its reader has gone away.
 * Thread-safe.
 *
 * <p>How this works: {@code next()} and {@code Mono.from()} cancel what they read as soon as they have their item, and most of the
 * time the rest of the answer is there already. The driver reads it and tells nobody; only a statement of our own would show that
 * it is over. So {@link HeardResult} reads a result to its end, for itself. When the text is one statement, nothing comes behind
 * that but the server's readiness: a transaction is open or not as before, and what is sent next waits for its turn. Of other
 * cancelled exchanges {@link Traffic} never knows.
 */
final class HeardOut implements Course {

    private final Traffic traffic;
    private final String sql;
    private int unknown;
    private int awaited;
    private boolean reading;
    private boolean left;
    private boolean over;
    private @Nullable Boolean alone;

    HeardOut(Traffic traffic, String sql) {
        this(traffic, sql, null);
    }

    private HeardOut(Traffic traffic, String sql, @Nullable Boolean alone) {
        this.traffic = traffic;
        this.sql = sql;
        this.alone = alone;
    }

    /** Of a text that is known to be one statement. */
    static HeardOut ofOne(Traffic traffic, String sql) {
        return new HeardOut(traffic, sql, true);
    }

    /** Somebody begins to read a result. */
    synchronized void reads() {
        if (!reading) {
            reading = true;
            traffic.reading(1);
        }
    }

    private void readsNoMore() {
        if (reading) {
            reading = false;
            traffic.reading(-1);
        }
    }

    @Override
    public void cancelled() {
        synchronized (this) {
            unknown++;
        }
        settle();
    }

    /** The reader of a result goes away. True when {@link #over()} is going to be called at its end, and no other result follows. */
    boolean leave() {
        boolean shown;
        synchronized (this) {
            shown = isAlone();
            left = shown;
            if (!shown) {
                readsNoMore();
            }
        }
        settle();
        return shown;
    }

    /** It is not known when the server will have ended. */
    synchronized void fails() {
        readsNoMore();
    }

    /** A result has ended. */
    void over() {
        synchronized (this) {
            over = true;
            readsNoMore();
        }
        settle();
    }

    /** Whoever waits for the traffic goes on in here, so not under the lock. */
    private void settle() {
        int heard = 0;
        synchronized (this) {
            if (unknown > 0 && (left || over) && isAlone()) {
                traffic.awaits(unknown);
                awaited += unknown;
                unknown = 0;
            }
            if (over) {
                heard = awaited;
                awaited = 0;
            }
        }
        if (heard > 0) {
            traffic.heard(heard);
        }
    }

    /** Looked at only behind a cancel. */
    private boolean isAlone() {
        if (alone == null) {
            alone = SqlStatement.split(sql).size() == 1;
        }
        return alone;
    }
}
