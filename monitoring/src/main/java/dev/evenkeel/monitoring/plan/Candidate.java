package dev.evenkeel.monitoring.plan;

import dev.evenkeel.monitoring.plan.Conditions.Part;
import dev.evenkeel.monitoring.plan.Conditions.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * An index that a plan would like to have: taken from the plan and not from the text, because there joins, views and common table
 * expressions are resolved to columns of tables already.
 *
 * @param relation schema and table
 * @param equal columns that are compared with one value; their order is open
 * @param range a column that is compared with a bound, for the end; empty for none
 * @param whereNull columns that are asked to be null, for a partial index
 * @param rows that are wanted, as the planner expects
 * @param cost of reading the whole table
 */
record Candidate(
        String relation, List<String> equal, List<String> range, List<String> whereNull, double rows, double cost) {

    /** The side of a join whose rows are looked up must be so many times larger than the other one. */
    private static final double MUCH_LARGER = 10;

    static List<Candidate> in(Plan plan) {
        List<Candidate> candidates = new ArrayList<>();
        plan.root().all().forEach(node -> {
            if (node.is("Seq Scan")) {
                add(candidates, node, Conditions.of(node.filter(), node.alias()), node.rows());
            } else if (node.is("Hash Join") || node.is("Merge Join") || node.is("Nested Loop")) {
                joined(candidates, node);
            }
        });
        return candidates;
    }

    /** A large table that is read as a whole, to be joined with few rows of the other side. */
    private static void joined(List<Candidate> candidates, PlanNode join) {
        if (join.condition() == null || join.children().size() < 2) {
            return;
        }
        PlanNode left = join.children().get(0);
        PlanNode right = join.children().get(1);
        lookedUp(candidates, join, left, right);
        lookedUp(candidates, join, right, left);
    }

    private static void lookedUp(List<Candidate> candidates, PlanNode join, PlanNode large, PlanNode small) {
        PlanNode scan = large;
        while (!scan.is("Seq Scan") && scan.children().size() == 1) {
            scan = scan.children().get(0);
        }
        if (!scan.is("Seq Scan") || scan.rows() < MUCH_LARGER * Math.max(1, small.rows())) {
            return;
        }
        PlanNode table = scan;
        String condition = Objects.requireNonNull(join.condition());
        List<Part> parts = Stream.concat(
                        Conditions.of(condition, table.alias()).stream(),
                        Conditions.of(Mirror.of(condition), table.alias()).stream())
                .distinct()
                .toList();
        add(candidates, table, parts, join.rows());
    }

    private static void add(List<Candidate> candidates, PlanNode table, List<Part> parts, double rows) {
        List<String> equal = columns(parts, Use.EQUAL);
        List<String> range = columns(parts, Use.RANGE).stream().limit(1).toList();
        if (table.relation() != null && (!equal.isEmpty() || !range.isEmpty())) {
            candidates.add(new Candidate(table.relation(), equal, range, columns(parts, Use.NULL), rows, table.cost()));
        }
    }

    private static List<String> columns(List<Part> parts, Use use) {
        return parts.stream()
                .filter(part -> part.kind() == use)
                .map(Part::column)
                .distinct()
                .toList();
    }
}
