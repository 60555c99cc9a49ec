package dev.evenkeel.monitoring.plan;

import dev.evenkeel.monitoring.plan.PlanNode.Actual;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what {@code EXPLAIN (FORMAT JSON)} and auto_explain write. Fields that it does not know are passed over. */
final class PlanReader {

    private static final JsonMapper JSON = JsonMapper.shared();

    private PlanReader() {}

    /** Empty when the text is no plan. */
    static Optional<Plan> read(String text) {
        try {
            JsonNode top = JSON.readTree(text);
            JsonNode plan = top.isArray() ? top.path(0) : top;
            return plan.has("Plan") ? Optional.of(plan(plan)) : Optional.empty();
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }

    private static Plan plan(JsonNode plan) {
        JsonNode time = plan.path("Execution Time");
        double jit = plan.path("JIT").path("Timing").path("Total").asDouble(0);
        return new Plan(node(plan.path("Plan")), time.isNumber() ? time.asDouble() : null, jit);
    }

    private static PlanNode node(JsonNode json) {
        List<PlanNode> children = new ArrayList<>();
        json.path("Plans").forEach(child -> children.add(node(child)));
        List<String> sortKey = new ArrayList<>();
        json.path("Sort Key").forEach(key -> sortKey.add(key.asString("")));
        return new PlanNode(
                json.path("Node Type").asString(""),
                relation(json),
                text(json, "Alias"),
                text(json, "Index Name"),
                text(json, "Filter"),
                firstOf(json, "Index Cond", "Hash Cond", "Merge Cond", "Join Filter", "Recheck Cond"),
                sortKey,
                json.path("Total Cost").asDouble(0),
                json.path("Plan Rows").asDouble(0),
                json.has("Actual Rows") ? actual(json) : null,
                children);
    }

    private static Actual actual(JsonNode json) {
        boolean onDisk = json.path("Sort Space Type").asString("").equals("Disk")
                || json.path("Hash Batches").asDouble(1) > 1
                || json.path("HashAgg Batches").asDouble(0) > 1;
        return new Actual(
                json.path("Actual Rows").asDouble(0),
                json.path("Actual Loops").asDouble(1),
                json.path("Rows Removed by Filter").asDouble(0)
                        + json.path("Rows Removed by Join Filter").asDouble(0),
                json.path("Temp Written Blocks").asLong(0),
                onDisk,
                json.path("Heap Fetches").asDouble(0));
    }

    private static @Nullable String relation(JsonNode json) {
        String name = text(json, "Relation Name");
        String schema = text(json, "Schema");
        return name == null || schema == null ? name : quoted(schema) + "." + quoted(name);
    }

    /** As {@code quote_ident} does, but for names that are keywords, which are quoted where it matters. */
    static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static @Nullable String firstOf(JsonNode json, String... fields) {
        for (String field : fields) {
            String value = text(json, field);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        return value.isString() ? value.asString() : null;
    }
}
