package dev.evenkeel.monitoring.assembly;

import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.plan.Explainer;
import dev.evenkeel.monitoring.plan.HypotheticalIndexes;
import dev.evenkeel.monitoring.plan.IndexAdvice;
import dev.evenkeel.monitoring.plan.Plan;
import dev.evenkeel.monitoring.plan.PlanHistory;
import dev.evenkeel.monitoring.plan.PlanListener;
import dev.evenkeel.monitoring.query.StatementStatistics;
import dev.evenkeel.monitoring.query.StatementStatistics.Entry;
import dev.evenkeel.monitoring.session.Question;
import io.r2dbc.spi.Connection;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Has the most expensive statements of this application explained on the primary, and looks for indexes that they miss. */
record Explaining(
        Nodes nodes, StatementStatistics statistics, IndexAdvice indexes, PlanHistory history, PlanListener plans) {

    private static final int MOST_STATEMENTS = 20;

    Flux<Recommendation> run() {
        return nodes.primary(this::on).distinct(Recommendation::key);
    }

    private Flux<Recommendation> on(String node, Connection connection) {
        List<Entry> expensive = statistics.entries().stream()
                .filter(entry -> !entry.sample().isEmpty())
                .limit(MOST_STATEMENTS)
                .toList();
        return Question.version(connection)
                .flatMapMany(version ->
                        Flux.fromIterable(expensive).concatMap(entry -> explain(connection, version, entry)));
    }

    private Flux<Recommendation> explain(Connection connection, int version, Entry entry) {
        Map<String, String> why = Map.of(
                "statement", entry.id().masked(),
                "fingerprint", entry.id().fingerprint(),
                "executions", String.valueOf(entry.times().calls()),
                "mean time", entry.times().mean().toMillis() + " ms");
        Mono<Plan> plan = Explainer.plan(connection, version, entry.sample(), entry.types());
        return plan.doOnNext(now -> compare(entry, now))
                .flatMapMany(now -> indexes.advise(connection, now, why)
                        .concatMap(proposal -> HypotheticalIndexes.verified(connection, proposal, now, plan)));
    }

    /** A generic plan may honestly differ from the executed ones: where those are known, they alone are compared. */
    private void compare(Entry entry, Plan plan) {
        if (!plans.wantsNotices()) {
            plans.changed(history.see(
                            entry.id().fingerprint(),
                            entry.id().masked(),
                            plan,
                            entry.times().mean())
                    .map(List::of)
                    .orElse(List.of()));
        }
    }
}
