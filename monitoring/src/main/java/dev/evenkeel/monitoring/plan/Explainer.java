package dev.evenkeel.monitoring.plan;

import dev.evenkeel.monitoring.session.Question;
import dev.evenkeel.sql.SqlStatement;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * Asks for the plan of a statement without running it: in a read-only transaction that is rolled back, never with ANALYZE.
 *
 * <p>How this works: the statement has parameters for which nobody has values. From PostgreSQL 16 on EXPLAIN takes it as it is
 * (GENERIC_PLAN). Where that is not there, or cannot tell a parameter's type, the statement is prepared with the types that the
 * client has bound, and its generic plan is asked for. The driver would take {@code $1} for a parameter of ours, so both are sent
 * inside the body of a DO, as a literal, and the plan comes back through a setting of the transaction.
 */
public final class Explainer {

    private static final int FIRST_WITH_GENERIC_PLANS = 160_000;

    private static final Set<String> EXPLAINABLE =
            Set.of("select", "with", "insert", "update", "delete", "merge", "values", "table");

    private static final String BEGIN =
            "begin read only; set local statement_timeout = '2s'; set local lock_timeout = '100ms'; set local jit = off;"
                    + " set local plan_cache_mode = force_generic_plan";

    private static final String GENERIC = "explain (generic_plan, verbose, format json) ";
    private static final String PLAIN = "explain (verbose, format json) ";
    private static final String NAME = "evenkeel_explained";
    private static final String RESULT = "evenkeel.plan";

    private static final Map<Class<?>, String> TYPES = Map.ofEntries(
            Map.entry(Boolean.class, "boolean"),
            Map.entry(Short.class, "int2"),
            Map.entry(Integer.class, "int4"),
            Map.entry(Long.class, "int8"),
            Map.entry(Float.class, "float4"),
            Map.entry(Double.class, "float8"),
            Map.entry(BigDecimal.class, "numeric"),
            Map.entry(UUID.class, "uuid"),
            Map.entry(LocalDate.class, "date"),
            Map.entry(LocalDateTime.class, "timestamp"),
            Map.entry(OffsetDateTime.class, "timestamptz"),
            Map.entry(Instant.class, "timestamptz"),
            Map.entry(Long[].class, "int8[]"),
            Map.entry(Integer[].class, "int4[]"),
            Map.entry(String[].class, "text[]"));

    private Explainer() {}

    /** Whether there is a plan to ask for: one statement that reads or writes rows. */
    static boolean isExplainable(String sql) {
        List<SqlStatement> statements = SqlStatement.split(sql);
        return statements.size() == 1
                && !statements.get(0).words().isEmpty()
                && EXPLAINABLE.contains(statements.get(0).words().get(0));
    }

    /** Empty when the server has none to give. The {@code types} are of the values that the client has bound. */
    public static Mono<Plan> plan(Connection connection, int version, String sql, List<Class<?>> types) {
        if (!isExplainable(sql)) {
            return Mono.empty();
        }
        String statement = SqlStatement.first(sql).text();
        Mono<Plan> prepared = attempt(connection, prepared(statement, types));
        return version >= FIRST_WITH_GENERIC_PLANS
                ? attempt(connection, into(GENERIC + statement)).switchIfEmpty(prepared)
                : prepared;
    }

    private static Mono<Plan> attempt(Connection connection, String body) {
        Mono<Plan> plan = Question.of(BEGIN)
                .run(connection)
                .then(Question.of("do " + literal(body)).run(connection))
                .then(Question.of("select current_setting('" + RESULT + "', true)")
                        .text(connection))
                .flatMap(text -> Mono.justOrEmpty(PlanReader.read(text)));
        return plan.onErrorResume(R2dbcException.class, refused -> Mono.empty())
                .flatMap(found -> Question.of("rollback").run(connection).thenReturn(found))
                .switchIfEmpty(
                        Mono.defer(() -> Question.of("rollback").run(connection).then(Mono.empty())));
    }

    private static String into(String explain) {
        return "declare plan json; begin execute " + literal(explain) + " into plan; perform set_config('" + RESULT
                + "', plan::text, true); end";
    }

    private static String prepared(String statement, List<Class<?>> types) {
        String list = types.isEmpty()
                ? ""
                : types.stream()
                        .map(type -> TYPES.getOrDefault(type, "unknown"))
                        .collect(Collectors.joining(", ", "(", ")"));
        String nulls =
                types.isEmpty() ? "" : types.stream().map(type -> "null").collect(Collectors.joining(", ", "(", ")"));
        String prepare = "prepare " + NAME + list + " as " + statement;
        return "declare plan json; begin if exists(select from pg_prepared_statements where name = '" + NAME
                + "') then deallocate " + NAME + "; end if; execute " + literal(prepare) + "; execute "
                + literal(PLAIN + "execute " + NAME + nulls) + " into plan; perform set_config('" + RESULT
                + "', plan::text, true); deallocate " + NAME + "; end";
    }

    /** In dollar quotes whose tag is not in the text. */
    private static String literal(String text) {
        String tag = "$e" + Integer.toUnsignedString(text.hashCode(), Character.MAX_RADIX) + "$";
        String free = tag;
        for (int i = 0; text.contains(free); i++) {
            free = "$e" + i + tag.substring(2);
        }
        return free + text + free;
    }
}
