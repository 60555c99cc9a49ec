package dev.evenkeel.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Fails a test that leaves something behind in the database or in a pool. {@link WithPostgres} makes one per test and
 * verifies it after the last {@code @AfterEach}; a test can have it as a parameter to {@link #watch} more. Thread-safe.
 *
 * <p>The rule, for every node that is neither down nor hung:
 * <ol>
 * <li>no session is busy: none runs a statement, none has a transaction open;
 * <li>there are not more sessions than before the test, or, if the class keeps a pool, than before the class plus its
 *     {@link WithPostgres#pooledSessions};
 * <li>every watched number is 0.
 * </ol>
 * After the class there must not be more sessions than before it. All this may take up to 3 s to become true, since
 * closing is not instant; a session that only now and then is busy for a moment passes.
 */
public final class LeakCheck {

    static final Duration DEADLINE = Duration.ofSeconds(3);

    private record Gauge(String what, IntSupplier value) {}

    private final PostgresCluster cluster;
    private final SessionCensus before;
    private final int pooledSessions;
    private final @Nullable LeakCheck enclosing;
    private final List<Gauge> gauges = new CopyOnWriteArrayList<>();

    private LeakCheck(PostgresCluster cluster, int pooledSessions, @Nullable LeakCheck enclosing) {
        this.cluster = cluster;
        this.before = SessionCensus.of(cluster);
        this.pooledSessions = pooledSessions;
        this.enclosing = enclosing;
    }

    /** Remembers what is open on {@code cluster} now. */
    public static LeakCheck on(PostgresCluster cluster) {
        return new LeakCheck(cluster, 0, null);
    }

    /** A check for a test or nested class of the class that this one is for. */
    LeakCheck inside(int sessionsOfPools) {
        return new LeakCheck(cluster, sessionsOfPools, this);
    }

    /**
     * Has {@code gauge} checked to be 0 as well: leased connections, pending acquires, subscriptions... What is watched
     * from {@code @BeforeAll} is checked after each test of the class.
     */
    public LeakCheck watch(String what, IntSupplier gauge) {
        gauges.add(new Gauge(what, gauge));
        return this;
    }

    /**
     * Waits until nothing is left.
     *
     * @throws AssertionError if something still is after 3 s, naming each session or gauge
     */
    public void verify() {
        try {
            Await.until("an end of everything that was begun", DEADLINE, () -> "", () -> leaks().isEmpty());
        } catch (IllegalStateException e) {
            List<String> leaks = leaks();
            if (!leaks.isEmpty()) {
                throw new AssertionError(
                        "Left behind after " + DEADLINE.toSeconds() + " s:\n  " + String.join("\n  ", leaks));
            }
        }
    }

    private List<String> leaks() {
        List<String> leaks = new ArrayList<>();
        gaugeLeaks(leaks);
        SessionCensus now;
        try {
            now = SessionCensus.of(cluster);
        } catch (SqlFailedException e) {
            leaks.add("sessions unknown: " + e.getMessage());
            return leaks;
        }
        for (Map.Entry<PostgresNode, List<SessionCensus.Session>> entry :
                now.sessions().entrySet()) {
            sessionLeaks(entry.getKey(), entry.getValue(), leaks);
        }
        return leaks;
    }

    private void gaugeLeaks(List<String> leaks) {
        for (Gauge gauge : gauges) {
            int value = gauge.value().getAsInt();
            if (value != 0) {
                leaks.add(gauge.what() + ": " + value);
            }
        }
        if (enclosing != null) {
            enclosing.gaugeLeaks(leaks);
        }
    }

    private void sessionLeaks(PostgresNode node, List<SessionCensus.Session> sessions, List<String> leaks) {
        boolean tooMany = sessions.size() > allowed(node);
        for (SessionCensus.Session session : sessions) {
            if (tooMany || !session.idle()) {
                leaks.add(node.name() + ": " + session.description());
            }
        }
        if (tooMany) {
            leaks.add(node.name() + ": " + sessions.size() + " sessions, at most " + allowed(node)
                    + " expected (pooledSessions of @WithPostgres is " + pooledSessions + ")");
        }
    }

    private int allowed(PostgresNode node) {
        int beforeClass = enclosing == null ? before.count(node) : enclosing.before.count(node);
        return Math.max(before.count(node), beforeClass + pooledSessions);
    }
}
