package dev.evenkeel.monitoring.plan;

import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.Recommendation.Severity;
import dev.evenkeel.monitoring.plan.PlanNode.Actual;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an executed plan shows to be wrong. The bounds are those that readers of plans use: an estimate that is wrong by a factor of a
 * hundred, nine rows of ten read in vain, a thousand turns of an inner scan, a quarter of the time for compiling.
 */
public final class PlanFindings {

    private static final double MANY = 10_000;
    private static final double WRONG_BY = 100;
    private static final double IN_VAIN = 9;
    private static final double MANY_LOOPS = 1_000;
    private static final double JIT_SHARE = 0.25;

    private final String statement;
    private final Map<String, String> why;
    private final List<Recommendation> found = new ArrayList<>();

    private PlanFindings(String statement, Map<String, String> why) {
        this.statement = statement;
        this.why = why;
    }

    /** For a plan of the statement with this fingerprint, that {@code why} tells of. */
    public static List<Recommendation> in(Plan plan, String fingerprint, Map<String, String> why) {
        PlanFindings findings = new PlanFindings(fingerprint, why);
        plan.root().all().forEach(findings::look);
        findings.lookAtCompilation(plan);
        return findings.found;
    }

    private void look(PlanNode node) {
        Actual actual = node.actual();
        if (actual == null || actual.loops() == 0) {
            return;
        }
        String where = node.relation() == null ? node.type() : node.type() + " of " + node.relation();
        if (actual.onDisk()) {
            add(
                    "spill-to-disk",
                    where,
                    "%s did not fit into work_mem and went to disk".formatted(where),
                    Map.of("temporary blocks of 8 kB", String.valueOf(actual.tempBlocks())),
                    "Memory is faster. For this statement only: 'set local work_mem' in its transaction; for all, each sort of"
                            + " each session may take as much.",
                    List.of());
        }
        double factor = Math.max(node.rows(), 1) / Math.max(actual.rows(), 1);
        if (Math.max(actual.rows(), node.rows()) >= MANY / 10 && (factor >= WRONG_BY || 1 / factor >= WRONG_BY)) {
            add(
                    "wrong-estimate",
                    where,
                    "%s gave %.0f rows instead of the expected %.0f".formatted(where, actual.rows(), node.rows()),
                    Map.of("expected", "%.0f".formatted(node.rows()), "actual", "%.0f".formatted(actual.rows())),
                    "The planner chooses by the expected number. If ANALYZE does not help, columns depend on each other: CREATE"
                            + " STATISTICS tells it.",
                    node.relation() == null ? List.of() : List.of("analyze " + node.relation()));
        }
        if (actual.removed() >= MANY && actual.removed() >= IN_VAIN * Math.max(actual.rows(), 1)) {
            add(
                    "rows-read-in-vain",
                    where,
                    "%s read %.0f rows for nothing, each time".formatted(where, actual.removed()),
                    Map.of("removed", "%.0f".formatted(actual.removed()), "kept", "%.0f".formatted(actual.rows())),
                    "An index on the columns of the condition would find the others at once.",
                    List.of());
        }
        if (node.is("Nested Loop") && node.children().size() > 1) {
            lookAtLoop(node.children().get(1));
        }
        if (actual.heapFetches() >= MANY) {
            add(
                    "heap-fetches",
                    where,
                    "%s had to look up %.0f rows in the table".formatted(where, actual.heapFetches()),
                    Map.of("heap fetches", "%.0f".formatted(actual.heapFetches())),
                    "Vacuum marks the pages that need not be looked at.",
                    node.relation() == null ? List.of() : List.of("vacuum (analyze) " + node.relation()));
        }
    }

    private void lookAtLoop(PlanNode inner) {
        Actual actual = inner.actual();
        if (inner.is("Seq Scan") && actual != null && actual.loops() >= MANY_LOOPS) {
            add(
                    "scan-in-a-loop",
                    String.valueOf(inner.relation()),
                    "%s was read as a whole %.0f times".formatted(inner.relation(), actual.loops()),
                    Map.of("loops", "%.0f".formatted(actual.loops())),
                    "An index on the column of the join, or better statistics of the outer side.",
                    List.of());
        }
    }

    private void lookAtCompilation(Plan plan) {
        Double total = plan.executionMillis();
        if (total != null && plan.jitMillis() > JIT_SHARE * total) {
            add(
                    "compilation",
                    "jit",
                    "%.0f ms of %.0f ms went into compiling the statement".formatted(plan.jitMillis(), total),
                    Map.of(),
                    "Compilation pays for statements of seconds only.",
                    List.of("alter system set jit_above_cost = 500000", "select pg_reload_conf()"));
        }
    }

    private void add(
            String rule,
            String where,
            String summary,
            Map<String, String> figures,
            String impact,
            List<String> remedy) {
        Map<String, String> evidence = new LinkedHashMap<>(why);
        evidence.putAll(figures);
        found.add(new Recommendation(rule, Severity.INFO, statement + " " + where, summary, evidence, impact, remedy));
    }
}
