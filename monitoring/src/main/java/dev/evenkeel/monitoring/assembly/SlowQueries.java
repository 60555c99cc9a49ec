package dev.evenkeel.monitoring.assembly;

import dev.evenkeel.monitoring.ClientTimes;
import dev.evenkeel.monitoring.InsightConfig;
import dev.evenkeel.monitoring.ServerTimes;
import dev.evenkeel.monitoring.SlowQuery;
import dev.evenkeel.monitoring.query.StatementStatistics.Entry;
import dev.evenkeel.monitoring.server.ServerStatements.Seen;
import dev.evenkeel.sql.SqlSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Joins what the client and the servers know of the same statement, and says which ones are slow and why. */
final class SlowQueries {

    /** PgHero's bound for a slow statement: a mean of 20 ms in 100 calls. */
    private static final Duration SLOW_MEAN = Duration.ofMillis(20);

    private static final long ENOUGH_CALLS = 100;

    /** A statement with so much of all the time is worth a look however fast it is, unless there is no time to speak of. */
    private static final double LARGE_SHARE = 0.2;

    private static final Duration WORTH_SPEAKING_OF = Duration.ofSeconds(10);
    private static final double MANY_ERRORS = 0.05;
    private static final long ENOUGH_ERRORS = 10;
    /** 8 kB blocks: 80 MB. */
    private static final long MANY_TEMP_BLOCKS = 10_000;

    private final InsightConfig config;
    private final Map<String, Joined> statements = new LinkedHashMap<>();

    SlowQueries(InsightConfig config, Collection<Entry> client, Collection<Seen> servers) {
        this.config = config;
        for (Entry entry : client) {
            joined(entry.id().fingerprint(), entry.id().summary(), entry.id().masked()).client = entry.times();
        }
        for (Seen seen : servers) {
            joined(seen.fingerprint(), SqlSummary.of(seen.sql()), seen.sql())
                    .servers
                    .add(seen.times());
        }
    }

    private Joined joined(String fingerprint, String summary, String sql) {
        return statements.computeIfAbsent(fingerprint, first -> new Joined(fingerprint, summary, sql));
    }

    /** Those that something is to be said about, the most expensive first. */
    List<SlowQuery> list() {
        return all().stream().filter(slow -> !slow.reasons().isEmpty()).toList();
    }

    /** The most expensive first. */
    List<SlowQuery> all() {
        Duration all = statements.values().stream().map(Joined::total).reduce(Duration.ZERO, Duration::plus);
        return statements.values().stream()
                .map(statement -> statement.judge(all))
                .sorted(Comparator.comparingDouble(SlowQuery::share).reversed())
                .toList();
    }

    private final class Joined {

        private final String fingerprint;
        private final String summary;
        private final String sql;
        private final List<ServerTimes> servers = new ArrayList<>();
        private @Nullable ClientTimes client;

        Joined(String fingerprint, String summary, String sql) {
            this.fingerprint = fingerprint;
            this.summary = summary;
            this.sql = sql;
        }

        /** On the servers if they say, because other clients' executions are time of theirs, too. */
        Duration total() {
            return servers.isEmpty()
                    ? Optional.ofNullable(client).map(ClientTimes::total).orElse(Duration.ZERO)
                    : servers.stream().map(ServerTimes::total).reduce(Duration.ZERO, Duration::plus);
        }

        SlowQuery judge(Duration all) {
            double share = all.isZero() ? 0 : (double) total().toNanos() / all.toNanos();
            List<String> reasons = new ArrayList<>();
            if (client != null) {
                judgeClient(client, reasons);
            }
            servers.forEach(server -> judgeServer(server, reasons));
            if (share > LARGE_SHARE && total().compareTo(WORTH_SPEAKING_OF) > 0) {
                reasons.add("%.0f %% of the time of all statements".formatted(100 * share));
            }
            return new SlowQuery(fingerprint, summary, sql, client, servers, share, reasons);
        }

        private void judgeClient(ClientTimes times, List<String> reasons) {
            if (times.p95().compareTo(config.slowThreshold()) >= 0) {
                reasons.add("one in twenty takes %d ms or more"
                        .formatted(times.p95().toMillis()));
            }
            long errors = times.errors().entrySet().stream()
                    .filter(error -> !error.getKey().equals("cancelled"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            if (errors >= ENOUGH_ERRORS && errors > MANY_ERRORS * times.calls()) {
                reasons.add("%d of %d fail: %s".formatted(errors, times.calls(), times.errors()));
            }
        }

        private void judgeServer(ServerTimes times, List<String> reasons) {
            if (times.calls() >= ENOUGH_CALLS && times.mean().compareTo(SLOW_MEAN) >= 0) {
                reasons.add("a mean of %d ms in %d calls on %s"
                        .formatted(times.mean().toMillis(), times.calls(), times.node()));
            }
            if (times.tempBlocks() >= MANY_TEMP_BLOCKS) {
                reasons.add("%d MB of temporary files on %s".formatted(times.tempBlocks() / 128, times.node()));
            }
        }
    }
}
