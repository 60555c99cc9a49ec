package dev.evenkeel.monitoring.query;

import dev.evenkeel.event.BoundValues;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.monitoring.ClientTimes;
import dev.evenkeel.monitoring.InsightConfig;
import dev.evenkeel.monitoring.Recommendation;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What each statement of this application takes. Bounded; thread-safe; wait-free where statements end, but for the first of its
 * kind.
 */
public final class StatementStatistics implements DatabaseListener {

    /** Texts for one fingerprint: an application has one, unless it writes literals into them. */
    private static final int TEXTS_OF_ONE = 4;

    private final InsightConfig config;
    private final StatementIds ids;
    private final StatementLog log;
    private final RepeatedStatements repeated;
    private final StatementHistory others;
    private final ConcurrentMap<String, StatementHistory> histories = new ConcurrentHashMap<>();
    private final AtomicLong cleared = new AtomicLong();
    private final long begunNanos = System.nanoTime();

    public StatementStatistics(InsightConfig config) {
        this.config = config;
        this.ids = new StatementIds(config.statements() * TEXTS_OF_ONE);
        this.log = new StatementLog(config.slowThreshold(), config.slowLogPerMinute());
        this.repeated = new RepeatedStatements(config.repeats());
        this.others = new StatementHistory(StatementId.OTHER, "", List.of(), 0);
    }

    @Override
    public boolean wantsStatements() {
        return true;
    }

    @Override
    public void onStatementCompleted(StatementCompleted event) {
        StatementId id = ids.of(event.sql());
        history(id, event.sql(), event.bound()).record(turn(), event.total(), event.rows(), failure(event));
        if (log.isSlow(event.total())) {
            log.slow(event.total(), id, event.node(), event.requestId(), event.rows(), event.bound());
        }
        if (event.bound().count() > 0 && event.outcome() == Outcome.SUCCEEDED) {
            repeated.executed(event.scope(), id);
        }
    }

    /** The same for a statement that did not go through the manager. */
    public void record(String sql, Duration took, Object parameters) {
        StatementId id = ids.of(sql);
        history(id, sql, BoundValues.NONE).record(turn(), took, 0, null);
        if (log.isSlow(took)) {
            log.slow(took, id, "elsewhere", "-", 0, parameters);
        }
    }

    private static @Nullable String failure(StatementCompleted event) {
        return switch (event.outcome()) {
            case SUCCEEDED -> null;
            case CANCELLED -> "cancelled";
            case FAILED -> event.sqlState() == null ? "unknown" : event.sqlState();
        };
    }

    private long turn() {
        return (System.nanoTime() - begunNanos) / config.window().toNanos();
    }

    private StatementHistory history(StatementId id, String sql, BoundValues bound) {
        StatementHistory known = histories.get(id.fingerprint());
        if (known != null) {
            return known;
        }
        if (histories.size() >= config.statements() && !forgetUnused()) {
            return others;
        }
        return histories.computeIfAbsent(
                id.fingerprint(), first -> new StatementHistory(id, sql, bound.types(), turn()));
    }

    /** At most once in a window, those that were not executed in the last two. */
    private boolean forgetUnused() {
        long now = turn();
        long before = cleared.get();
        if (before < now && cleared.compareAndSet(before, now)) {
            histories.values().removeIf(history -> history.lastUsed() < now - 1);
        }
        return histories.size() < config.statements();
    }

    /** One entry for each statement of late, the one that takes most time in all first. */
    public List<Entry> entries() {
        long now = turn();
        return Stream.concat(histories.values().stream(), Stream.of(others))
                .map(history -> new Entry(history.id(), history.sample(), history.types(), history.times(now)))
                .filter(entry -> entry.times().calls() > 0)
                .sorted(Comparator.comparing((Entry entry) -> entry.times().total())
                        .reversed())
                .toList();
    }

    /** The queries that requests execute again and again. */
    public List<Recommendation> repeatedStatements() {
        return repeated.recommendations();
    }

    public void forgetRepeated() {
        repeated.forget();
    }

    /** How many statements are told apart now. */
    public int size() {
        return histories.size();
    }

    /**
     * What one statement took lately.
     *
     * @param sample one of its texts, literals included: only for the server that it came for
     * @param types of the parameters that were bound to it first
     */
    public record Entry(StatementId id, String sample, List<Class<?>> types, ClientTimes times) {

        public Entry {
            types = List.copyOf(types);
        }
    }
}
