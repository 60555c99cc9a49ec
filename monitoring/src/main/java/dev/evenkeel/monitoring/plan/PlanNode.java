package dev.evenkeel.monitoring.plan;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One step of a plan. Immutable.
 *
 * @param type as EXPLAIN calls it, such as {@code Seq Scan}
 * @param relation schema and table, quoted as far as needed; {@code null} when it reads none
 * @param alias under which its expressions name that table
 * @param filter condition on the rows that it has read
 * @param condition of the index, or of the join
 * @param cost of all of it, in the planner's units
 * @param rows that it was expected to give, each time
 * @param actual what it really did; {@code null} when it was not executed
 */
public record PlanNode(
        String type,
        @Nullable String relation,
        @Nullable String alias,
        @Nullable String index,
        @Nullable String filter,
        @Nullable String condition,
        List<String> sortKey,
        double cost,
        double rows,
        @Nullable Actual actual,
        List<PlanNode> children) {

    public PlanNode {
        sortKey = List.copyOf(sortKey);
        children = List.copyOf(children);
    }

    /**
     * What a step really did.
     *
     * @param rows that it gave, each time
     * @param loops how often
     * @param removed rows that it read in vain, each time
     * @param tempBlocks 8 kB blocks that it wrote to temporary files, its children included
     * @param onDisk whether its sort or hash did not fit into memory
     * @param heapFetches rows that an index-only scan had to look up all the same
     */
    public record Actual(
            double rows, double loops, double removed, long tempBlocks, boolean onDisk, double heapFetches) {}

    /** This one and all below it. */
    public Stream<PlanNode> all() {
        return Stream.concat(Stream.of(this), children.stream().flatMap(PlanNode::all));
    }

    boolean is(String kind) {
        return type.equals(kind);
    }

    /** Its kind and what it reads, without figures and values; without the schema, which only verbose plans name. */
    String shape() {
        StringBuilder shape = new StringBuilder(type);
        if (relation != null) {
            shape.append(' ').append(relation.substring(relation.lastIndexOf('.') + 1));
        }
        if (index != null) {
            shape.append(" by ").append(index);
        }
        if (!children.isEmpty()) {
            shape.append(children.stream().map(PlanNode::shape).toList());
        }
        return shape.toString();
    }
}
