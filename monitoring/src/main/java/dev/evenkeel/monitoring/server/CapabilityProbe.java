package dev.evenkeel.monitoring.server;

import dev.evenkeel.monitoring.Capabilities;
import dev.evenkeel.monitoring.Capabilities.Missing;
import dev.evenkeel.monitoring.session.Question;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Finds out what can be seen of a server with the rights of a session. */
public final class CapabilityProbe {

    private static final int FIRST_WITH_GENERIC_PLANS = 160_000;

    /** The settings of auto_explain are unknown, and so null, where it is not loaded into this session. */
    private static final Question WHAT_IS_THERE = Question.of("""
            select current_setting('server_version_num')::int as version,
                   exists(select from pg_extension where extname = 'pg_stat_statements') as statements,
                   exists(select from pg_available_extensions where name = 'pg_stat_statements') as statements_available,
                   pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') as all_statistics,
                   pg_has_role(current_user, 'pg_signal_backend', 'USAGE') as signals,
                   exists(select from pg_extension where extname = 'hypopg') as hypopg,
                   current_setting('track_io_timing')::boolean as io_timing,
                   current_setting('auto_explain.log_min_duration', true) as plan_threshold,
                   current_setting('auto_explain.log_level', true) as plan_level,
                   current_setting('auto_explain.log_format', true) as plan_format,
                   quote_ident(current_user) as role
            """);

    private CapabilityProbe() {}

    public static Mono<Capabilities> of(String node, Connection connection) {
        return WHAT_IS_THERE
                .ask(connection, Seen::of)
                .single()
                .flatMap(seen -> StatementCounters.problem(connection, seen.statements())
                        .map(problem -> seen.judge(node, problem))
                        .switchIfEmpty(Mono.fromSupplier(() -> seen.judge(node, null))));
    }

    private record Seen(
            int version,
            boolean statements,
            boolean statementsAvailable,
            boolean allStatistics,
            boolean signals,
            boolean hypopg,
            boolean ioTiming,
            @Nullable String planThreshold,
            @Nullable String planLevel,
            @Nullable String planFormat,
            String role) {

        static Seen of(Readable row) {
            return new Seen(
                    number(row),
                    is(row, "statements"),
                    is(row, "statements_available"),
                    is(row, "all_statistics"),
                    is(row, "signals"),
                    is(row, "hypopg"),
                    is(row, "io_timing"),
                    row.get("plan_threshold", String.class),
                    row.get("plan_level", String.class),
                    row.get("plan_format", String.class),
                    Objects.requireNonNull(row.get("role", String.class)));
        }

        private static int number(Readable row) {
            return Objects.requireNonNull(row.get("version", Integer.class));
        }

        private static boolean is(Readable row, String column) {
            return Boolean.TRUE.equals(row.get(column, Boolean.class));
        }

        Capabilities judge(String node, @Nullable String statementsProblem) {
            List<Missing> missing = new ArrayList<>();
            if (statementsProblem != null) {
                missing.add(new Missing(
                        "pg_stat_statements",
                        statementsProblem,
                        List.of(
                                "alter system set shared_preload_libraries = 'pg_stat_statements' -- add to what is there; restart",
                                "create extension if not exists pg_stat_statements")));
            }
            if (!allStatistics) {
                missing.add(new Missing(
                        "statistics of others",
                        "the role sees its own statements and sessions only",
                        List.of("grant pg_read_all_stats to " + role)));
            }
            if (!signals) {
                missing.add(new Missing(
                        "cancelling others",
                        "the role may stop its own sessions only",
                        List.of("grant pg_signal_backend to " + role)));
            }
            if (!ioTiming) {
                missing.add(new Missing(
                        "I/O timing",
                        "track_io_timing is off",
                        List.of("alter system set track_io_timing = on", "select pg_reload_conf()")));
            }
            if (!sendsPlans()) {
                missing.add(new Missing("executed plans", plansProblem(), plansRemedy()));
            }
            return new Capabilities(
                    node,
                    version,
                    statementsProblem == null,
                    allStatistics,
                    signals,
                    version >= FIRST_WITH_GENERIC_PLANS,
                    sendsPlans(),
                    hypopg,
                    ioTiming,
                    missing);
        }

        private boolean sendsPlans() {
            return planThreshold != null
                    && !planThreshold.equals("-1")
                    && "notice".equals(planLevel)
                    && "json".equals(planFormat);
        }

        private String plansProblem() {
            return planThreshold == null
                    ? "auto_explain is not loaded into this role's sessions"
                    : "auto_explain does not send plans as JSON to the client: log_min_duration %s, log_level %s, log_format %s"
                            .formatted(planThreshold, planLevel, planFormat);
        }

        private List<String> plansRemedy() {
            String alter = "alter role " + role + " set ";
            Stream<String> settings = Stream.of(
                    "session_preload_libraries = 'auto_explain'",
                    "auto_explain.log_min_duration = '250ms'",
                    "auto_explain.log_level = 'notice'",
                    "auto_explain.log_format = 'json'",
                    "auto_explain.log_analyze = on",
                    "auto_explain.log_timing = off");
            // Before 16 there is no such setting, and parameters are not in the plans either.
            Stream<String> values = version >= FIRST_WITH_GENERIC_PLANS
                    ? Stream.of("auto_explain.log_parameter_max_length = 0")
                    : Stream.empty();
            return Stream.concat(settings, values).map(alter::concat).toList();
        }
    }
}
