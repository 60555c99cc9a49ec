package dev.evenkeel.monitoring.plan;

import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.monitoring.PlanChange;
import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.query.StatementId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Takes the executed plans out of the statements' notices, and keeps what they tell. Bounded; thread-safe. */
public final class PlanListener implements DatabaseListener {

    private static final int MOST_FINDINGS = 200;

    private final boolean wanted;
    private final PlanHistory history;
    private final Sinks.Many<PlanChange> changes = Sinks.many().multicast().directBestEffort();
    private final ConcurrentMap<String, Recommendation> findings = new ConcurrentHashMap<>();

    /** {@code wanted} is whether notices are to be collected at all. */
    public PlanListener(boolean wanted, PlanHistory history) {
        this.wanted = wanted;
        this.history = history;
    }

    @Override
    public boolean wantsNotices() {
        return wanted;
    }

    @Override
    public boolean wantsStatements() {
        return wanted;
    }

    @Override
    public void onStatementCompleted(StatementCompleted event) {
        for (String notice : event.notices()) {
            ExecutedPlans.in(notice).ifPresent(plan -> see(event, plan));
        }
    }

    private void see(StatementCompleted event, Plan plan) {
        StatementId id = StatementId.of(event.sql());
        changed(history.see(id.fingerprint(), id.masked(), plan, event.total())
                .map(List::of)
                .orElse(List.of()));
        Map<String, String> why =
                Map.of("statement", id.masked(), "fingerprint", id.fingerprint(), "node", event.node());
        for (Recommendation finding : PlanFindings.in(plan, id.fingerprint(), why)) {
            if (findings.size() < MOST_FINDINGS || findings.containsKey(finding.key())) {
                findings.put(finding.key(), finding);
            }
        }
    }

    /** Tells of changes that somebody else has found. */
    public void changed(List<PlanChange> found) {
        found.forEach(changes::tryEmitNext);
    }

    public Flux<PlanChange> changes() {
        return changes.asFlux();
    }

    public List<Recommendation> recommendations() {
        return List.copyOf(findings.values());
    }
}
