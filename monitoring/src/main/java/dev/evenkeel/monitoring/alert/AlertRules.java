package dev.evenkeel.monitoring.alert;

import static dev.evenkeel.monitoring.Recommendation.Severity.CRITICAL;
import static dev.evenkeel.monitoring.Recommendation.Severity.INFO;
import static dev.evenkeel.monitoring.Recommendation.Severity.WARNING;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.monitoring.AlertConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The rules that are shipped. */
final class AlertRules {

    private static final String DATABASE = "database";

    /** A rate of fewer calls says nothing. */
    private static final long ENOUGH_CALLS = 20;

    private final AlertConfig config;

    private AlertRules(AlertConfig config) {
        this.config = config;
    }

    static List<AlertRule> of(AlertConfig config) {
        AlertRules rules = new AlertRules(config);
        return Stream.concat(rules.ofNodes(), Stream.concat(rules.ofCalls(), rules.ofEvents()))
                .filter(rule -> !config.disabled().contains(rule.name()))
                .toList();
    }

    private Stream<AlertRule> ofNodes() {
        return Stream.of(
                new AlertRule("no-primary", CRITICAL, Duration.ZERO, AlertRules::noPrimary),
                nodes(
                        "node-down",
                        config.nodeDown(),
                        node -> node.state() == State.DOWN,
                        "Look at the server and the network."),
                nodes(
                        "node-limited",
                        config.nodeLimited(),
                        node -> node.state() == State.LIMITED,
                        "A replica: look for long queries on it, slow disks, a saturated network.",
                        "A primary: find out who has made it read-only, or why there are two."),
                nodes(
                        "pool-exhausted",
                        config.poolExhausted(),
                        node -> node.pool().waiting() > 0
                                && node.pool().active() >= node.pool().max(),
                        "Look for slow statements and long transactions.",
                        "Raise pool.maxSize if the server has room."));
    }

    private static List<Trouble> noPrimary(Situation now) {
        boolean present = now.snapshot().nodes().stream()
                .anyMatch(node -> node.role() == Role.PRIMARY && node.state() == State.UP);
        return present
                ? List.of()
                : List.of(Trouble.of(
                        DATABASE,
                        "There is no primary: writes fail",
                        Map.of(
                                "connectivity",
                                now.snapshot().checks().connectivity().reason()),
                        "Bring the primary up, or promote a replica."));
    }

    private static AlertRule nodes(String name, Duration patience, Predicate<Node> condition, String... remedy) {
        return new AlertRule(
                name,
                WARNING,
                patience,
                now -> now.snapshot().nodes().stream()
                        .filter(condition)
                        .map(node -> Trouble.of(
                                node.name(),
                                "%s, a %s, %s"
                                        .formatted(
                                                node.name(),
                                                node.role().name().toLowerCase(java.util.Locale.ROOT),
                                                node.reason()),
                                Map.of(
                                        "state", node.state().name(),
                                        "lag", node.lag().toString(),
                                        "pool", node.pool().toString()),
                                remedy))
                        .toList());
    }

    private Stream<AlertRule> ofCalls() {
        return Stream.of(
                database(
                        "error-rate",
                        config.sustained(),
                        now -> share(now.recent().failed(), now.recent().calls()) > config.errorRate(),
                        now -> "%d of %d calls failed"
                                .formatted(now.recent().failed(), now.recent().calls()),
                        "Look at the codes in the log or in the metrics."),
                database(
                        "retries-high",
                        config.sustained(),
                        now -> share(now.recent().retries(), now.recent().calls()) > config.retryRate(),
                        now -> "%d repeats for %d calls"
                                .formatted(now.recent().retries(), now.recent().calls()),
                        "Conflicts: touch rows in the same order. Lost connections: look at the network."),
                database(
                        "slow-responses",
                        config.sustained(),
                        now -> performance(now).p95().compareTo(config.slowResponses()) > 0,
                        now -> "One call in twenty takes %d ms or more"
                                .formatted(performance(now).p95().toMillis()),
                        "Ask QueryOptimizer.analyzeSlowQueries()."));
    }

    private static HealthSnapshot.Performance performance(Situation now) {
        return now.snapshot().checks().performanceMetrics();
    }

    private static double share(long part, long all) {
        return all < ENOUGH_CALLS ? 0 : (double) part / all;
    }

    private Stream<AlertRule> ofEvents() {
        return Stream.of(
                database(
                        "schema-integrity",
                        Duration.ZERO,
                        now -> now.snapshot().checks().schemaIntegrity().status() != HealthStatus.HEALTHY,
                        now -> now.snapshot().checks().schemaIntegrity().reason(),
                        "Run the pending migrations, or look at what has changed by hand: validateSchema()."),
                database(
                        "calls-refused",
                        Duration.ZERO,
                        now -> now.recent().refused() > 0,
                        now -> "%d calls found no connection in time"
                                .formatted(now.recent().refused()),
                        "Look for slow statements and long transactions, or lower the load."),
                database(
                        "commit-outcome-unknown",
                        Duration.ZERO,
                        now -> now.recent().unknownCommits() > 0,
                        now -> "%d transactions do not know whether they were applied"
                                .formatted(now.recent().unknownCommits()),
                        "Use TransactionOptions.exactlyOnce() where that matters."),
                new AlertRule(
                        "commits-lost",
                        CRITICAL,
                        Duration.ZERO,
                        now -> now.recent().lostCommits() == 0
                                ? List.of()
                                : List.of(Trouble.of(
                                        DATABASE,
                                        "A failover has lost %d acknowledged transactions"
                                                .formatted(now.recent().lostCommits()),
                                        Map.of(
                                                "lost",
                                                String.valueOf(now.recent().lostCommits())),
                                        "The event CommitsLost names their requests.",
                                        "Use synchronous replication if none may be lost."))),
                new AlertRule(
                        "failover",
                        INFO,
                        Duration.ZERO,
                        now -> now.recent().failovers() == 0
                                ? List.of()
                                : List.of(Trouble.of(
                                        DATABASE,
                                        "Another node has become the primary",
                                        Map.of(
                                                "failovers",
                                                String.valueOf(now.recent().failovers())),
                                        "Find out what happened to the one before."))),
                new AlertRule(
                        "migration-failed",
                        CRITICAL,
                        Duration.ZERO,
                        now -> now.recent().failedMigrations() == 0
                                ? List.of()
                                : List.of(Trouble.of(
                                        DATABASE,
                                        "A migration has failed",
                                        Map.of(
                                                "failed",
                                                String.valueOf(now.recent().failedMigrations())),
                                        "The log names the statement and what to do."))));
    }

    private static AlertRule database(
            String name,
            Duration patience,
            Predicate<Situation> condition,
            java.util.function.Function<Situation, String> summary,
            String... remedy) {
        return new AlertRule(
                name,
                WARNING,
                patience,
                now -> condition.test(now)
                        ? List.of(Trouble.of(
                                DATABASE,
                                summary.apply(now),
                                Map.of("calls", String.valueOf(now.recent().calls())),
                                remedy))
                        : List.of());
    }
}
