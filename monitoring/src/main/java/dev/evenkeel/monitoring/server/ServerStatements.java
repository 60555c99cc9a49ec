package dev.evenkeel.monitoring.server;

import dev.evenkeel.monitoring.ServerTimes;
import dev.evenkeel.monitoring.server.StatementCounters.Counter;
import dev.evenkeel.sql.SqlFingerprint;
import dev.evenkeel.sql.SqlMask;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import reactor.core.publisher.Flux;

/**
 * What statements cost the servers between two looks. The reading before is kept for each node, and thrown away when the server
 * has started or was reset meanwhile. Thread-safe.
 */
public final class ServerStatements {

    /** Whoever looks twice within this time sees the same stretch. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private final int most;
    private final ConcurrentMap<String, StatementCounters> before = new ConcurrentHashMap<>();

    /** The {@code most} expensive ones are told of. */
    public ServerStatements(int most) {
        this.most = most;
    }

    /**
     * One statement.
     *
     * @param sql as the server has it, without literals
     */
    public record Seen(String fingerprint, String sql, ServerTimes times) {}

    /** The most expensive statements since the look before, or since the server counts; empty without the extension. */
    public Flux<Seen> look(String node, Connection connection) {
        return StatementCounters.read(connection).flatMapMany(now -> {
            StatementCounters last = before.get(node);
            boolean usable = last != null
                    && last.counting().equals(now.counting())
                    && !last.read().isAfter(now.read());
            if (last == null
                    || !usable
                    || Duration.between(last.read(), now.read()).compareTo(SHORTEST) > 0) {
                before.put(node, now);
            }
            Instant since = usable && last != null ? last.read() : now.counting();
            Map<Long, Counter> costs = costs(now, usable && last != null ? last.counters() : Map.of());
            List<Long> top = costs.entrySet().stream()
                    .filter(entry -> entry.getValue().calls() > 0)
                    .sorted(Comparator.comparingDouble((Map.Entry<Long, Counter> entry) ->
                                    entry.getValue().millis())
                            .reversed())
                    .limit(most)
                    .map(Map.Entry::getKey)
                    .toList();
            return StatementCounters.texts(connection, top)
                    .map(text -> seen(node, since, text.getValue(), costs.getOrDefault(text.getKey(), Counter.ZERO)));
        });
    }

    /** A counter that went down was evicted in between and began anew. */
    private static Map<Long, Counter> costs(StatementCounters now, Map<StatementCounters.Key, Counter> earlier) {
        Map<Long, Counter> costs = new HashMap<>();
        now.counters().forEach((key, counter) -> {
            Counter start = earlier.getOrDefault(key, Counter.ZERO);
            Counter cost = counter.calls() < start.calls() ? counter : counter.minus(start);
            costs.merge(key.query(), cost, Counter::plus);
        });
        return costs;
    }

    private static Seen seen(String node, Instant since, String text, Counter cost) {
        return new Seen(
                SqlFingerprint.of(text),
                SqlMask.mask(text),
                new ServerTimes(
                        node,
                        since,
                        cost.calls(),
                        millis(cost.millis()),
                        millis(cost.millis() / Math.max(1, cost.calls())),
                        cost.rows(),
                        cost.hit(),
                        cost.read(),
                        cost.temp(),
                        cost.wal()));
    }

    private static Duration millis(double value) {
        return Duration.ofNanos((long) (value * Duration.ofMillis(1).toNanos()));
    }
}
