package dev.evenkeel.monitoring.assembly;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.event.BoundValues;
import dev.evenkeel.monitoring.AdviceConfig;
import dev.evenkeel.monitoring.CancelPolicy;
import dev.evenkeel.monitoring.CancelledQuery;
import dev.evenkeel.monitoring.Capabilities;
import dev.evenkeel.monitoring.InsightConfig;
import dev.evenkeel.monitoring.PlanChange;
import dev.evenkeel.monitoring.QueryOptimizer;
import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.RunningQuery;
import dev.evenkeel.monitoring.SlowQuery;
import dev.evenkeel.monitoring.Threshold;
import dev.evenkeel.monitoring.advice.Advisor;
import dev.evenkeel.monitoring.plan.IndexAdvice;
import dev.evenkeel.monitoring.plan.PlanHistory;
import dev.evenkeel.monitoring.plan.PlanListener;
import dev.evenkeel.monitoring.query.StatementStatistics;
import dev.evenkeel.monitoring.server.Activity;
import dev.evenkeel.monitoring.server.CapabilityProbe;
import dev.evenkeel.monitoring.server.ServerStatements;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Hands each question to the part that knows. */
public final class RunningOptimizer implements QueryOptimizer {

    /** Of each server; who looks at more has no time for any. */
    private static final int MOST_STATEMENTS = 100;

    private final ReactiveDatabaseManager db;
    private final InsightConfig config;
    private final StatementStatistics statistics;
    private final ServerStatements servers = new ServerStatements(MOST_STATEMENTS);
    private final Nodes nodes;
    private final Stopping stopping;
    private final Advising advising;
    private final PlanListener plans;
    private final Explaining explaining;
    private final Disposable listening;

    private RunningOptimizer(ReactiveDatabaseManager db, InsightConfig config, AdviceConfig advice) {
        this.db = db;
        this.config = config;
        this.statistics = new StatementStatistics(config);
        this.nodes = new Nodes(db);
        this.stopping = new Stopping(db, nodes);
        this.advising = new Advising(nodes, new Advisor(advice));
        PlanHistory history = new PlanHistory(config.statements());
        this.plans = new PlanListener(config.executedPlans(), history);
        this.explaining =
                new Explaining(nodes, statistics, new IndexAdvice(advice.of(Threshold.INDEX_ROWS)), history, plans);
        this.listening = Disposables.composite(db.listen(statistics), db.listen(plans));
    }

    /** Behind {@link QueryOptimizer#on}. */
    public static QueryOptimizer on(ReactiveDatabaseManager db, InsightConfig config, AdviceConfig advice) {
        return new RunningOptimizer(db, config, advice);
    }

    @Override
    public void logQuery(String sql, Duration took, @Nullable Object... parameters) {
        statistics.record(sql, took, BoundValues.of(parameters));
    }

    @Override
    public Flux<SlowQuery> analyzeSlowQueries() {
        return nodes.each(servers::look)
                .collectList()
                .flatMapIterable(seen -> new SlowQueries(config, statistics.entries(), seen).list());
    }

    @Override
    public Flux<SlowQuery> ownStatements() {
        return Flux.defer(() -> Flux.fromIterable(new SlowQueries(config, statistics.entries(), List.of()).all()));
    }

    @Override
    public Flux<Recommendation> getQueryRecommendations() {
        return Flux.concat(
                        Flux.defer(() -> Flux.fromIterable(statistics.repeatedStatements())),
                        Flux.defer(() -> Flux.fromIterable(plans.recommendations())),
                        explaining.run(),
                        advising.run())
                .sort(Comparator.comparing(Recommendation::severity).reversed());
    }

    @Override
    public Flux<CancelledQuery> cancelLongRunningQueries() {
        return cancelLongRunningQueries(CancelPolicy.defaults());
    }

    @Override
    public Flux<CancelledQuery> cancelLongRunningQueries(CancelPolicy policy) {
        return stopping.run(policy);
    }

    @Override
    public Mono<CancelledQuery> cancel(RunningQuery query) {
        return stopping.run(query);
    }

    @Override
    public Flux<RunningQuery> runningQueries() {
        return nodes.eachKnown(
                (node, connection) -> Activity.of(node, db.config().applicationName(), connection));
    }

    @Override
    public Flux<Capabilities> capabilities() {
        return nodes.each(CapabilityProbe::of);
    }

    @Override
    public Flux<PlanChange> planChanges() {
        return plans.changes();
    }

    @Override
    public void stop() {
        listening.dispose();
    }
}
