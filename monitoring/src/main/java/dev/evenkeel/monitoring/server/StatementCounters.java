package dev.evenkeel.monitoring.server;

import dev.evenkeel.monitoring.session.Question;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads pg_stat_statements and resets nothing: others read it, too. PostgreSQL 14 and later.
 *
 * @param counters by statement
 * @param counting since when the server counts: its start, or the last reset by somebody else
 * @param read when this was read, by the server's clock
 */
record StatementCounters(Map<Key, Counter> counters, Instant counting, Instant read) {

    /** More than the extension's default keeps (pg_stat_statements.max, 5,000). */
    private static final int MOST = 10_000;

    private static final String NOT_LOADED = "55000";

    /** Without the texts, which may be megabytes. */
    private static final String COUNTERS = """
            select s.userid::bigint, s.queryid, s.toplevel, s.calls, s.total_exec_time, s.rows,
                   s.shared_blks_hit, s.shared_blks_read, s.temp_blks_written, s.wal_bytes::bigint
            from {schema}.pg_stat_statements(false) s
            where s.dbid = (select oid from pg_database where datname = current_database()) and s.queryid is not null
            order by s.total_exec_time desc limit {most}
            """;

    private static final String MOMENT =
            "select greatest(stats_reset, pg_postmaster_start_time()), clock_timestamp() from {schema}.pg_stat_statements_info";

    private static final String TEXTS = """
            select s.queryid, min(s.query) from {schema}.pg_stat_statements s
            where s.queryid = any($1) and s.dbid = (select oid from pg_database where datname = current_database())
            group by s.queryid
            """;

    /** One statement of one role. */
    record Key(long user, long query, boolean topLevel) {}

    /** What it has cost since the server counts. */
    record Counter(long calls, double millis, long rows, long hit, long read, long temp, long wal) {

        static final Counter ZERO = new Counter(0, 0, 0, 0, 0, 0, 0);

        Counter minus(Counter before) {
            return new Counter(
                    calls - before.calls,
                    millis - before.millis,
                    rows - before.rows,
                    hit - before.hit,
                    read - before.read,
                    temp - before.temp,
                    wal - before.wal);
        }

        Counter plus(Counter other) {
            return minus(ZERO.minus(other));
        }
    }

    /** Why it cannot be read, in words; empty when it can. */
    static Mono<String> problem(Connection connection, boolean installed) {
        if (!installed) {
            return Mono.just("the extension is not created in this database");
        }
        return read(connection)
                .then(Mono.<String>empty())
                .onErrorResume(
                        R2dbcException.class,
                        failed -> Question.isRefusal(failed) ? Mono.just(words(failed)) : Mono.error(failed));
    }

    private static String words(R2dbcException refused) {
        return NOT_LOADED.equals(refused.getSqlState())
                ? "it is not in shared_preload_libraries"
                : "it cannot be read (SQLSTATE %s)".formatted(refused.getSqlState());
    }

    /** Empty when the extension is not there. */
    static Mono<StatementCounters> read(Connection connection) {
        return schema(connection)
                .flatMap(schema -> Question.of(in(schema, MOMENT))
                        .ask(connection, row -> List.of(instant(row, 0), instant(row, 1)))
                        .single()
                        .flatMap(moments -> counters(connection, schema)
                                .map(counters -> new StatementCounters(counters, moments.get(0), moments.get(1)))));
    }

    private static String in(String schema, String sql) {
        return sql.replace("{schema}", schema).replace("{most}", String.valueOf(MOST));
    }

    private static Mono<String> schema(Connection connection) {
        return Question.schemaOf("pg_stat_statements", connection);
    }

    private static Mono<Map<Key, Counter>> counters(Connection connection, String schema) {
        return Question.of(in(schema, COUNTERS))
                .ask(
                        connection,
                        row -> Map.entry(
                                new Key(number(row, 0), number(row, 1), Boolean.TRUE.equals(row.get(2, Boolean.class))),
                                new Counter(
                                        number(row, 3),
                                        Objects.requireNonNull(row.get(4, Double.class)),
                                        number(row, 5),
                                        number(row, 6),
                                        number(row, 7),
                                        number(row, 8),
                                        number(row, 9))))
                .collect(HashMap::new, (all, one) -> all.put(one.getKey(), one.getValue()));
    }

    /** What these statements are, as the server has them: with {@code $1} in the place of literals, but not in utility statements. */
    static Flux<Map.Entry<Long, String>> texts(Connection connection, List<Long> queries) {
        return schema(connection)
                .flatMapMany(schema -> Question.of(in(schema, TEXTS), (Object) queries.toArray(Long[]::new))
                        .ask(connection, row -> Map.entry(number(row, 0), text(row, 1))));
    }

    private static long number(Readable row, int column) {
        return Objects.requireNonNull(row.get(column, Long.class));
    }

    private static String text(Readable row, int column) {
        return Objects.requireNonNull(row.get(column, String.class));
    }

    private static Instant instant(Readable row, int column) {
        return Objects.requireNonNull(row.get(column, OffsetDateTime.class)).toInstant();
    }
}
