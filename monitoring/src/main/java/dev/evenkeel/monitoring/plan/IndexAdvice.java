package dev.evenkeel.monitoring.plan;

import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.Recommendation.Severity;
import dev.evenkeel.monitoring.session.Question;
import io.r2dbc.spi.Connection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.function.Tuples;

/**
 * Proposes indexes for what a plan reads in vain. An equality column that tells more rows apart comes first, a range last; not
 * proposed is what an index has already, what would leave a fifth of the table, and what is for a small table.
 */
public final class IndexAdvice {

    /** Beyond this share a scan of the table is as good. */
    private static final double LARGE_SHARE = 0.2;

    /** An index with more columns than that costs more than it gives. */
    private static final int MOST_COLUMNS = 3;

    private static final String TABLE = """
            select greatest(c.reltuples, 0)::float8 as rows, pg_relation_size(c.oid) as bytes,
                   coalesce(s.n_tup_ins + s.n_tup_upd + s.n_tup_del, 0) as writes
            from pg_class c left join pg_stat_all_tables s on s.relid = c.oid
            where c.oid = to_regclass($1)
            """;

    /** A negative number of values is a share of the rows (manual, pg_stats). */
    private static final String DISTINCT = """
            select quote_ident(a.attname), case when s.n_distinct < 0 then -s.n_distinct * greatest(c.reltuples, 1)
                                                else coalesce(s.n_distinct, 1) end::float8
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
            where c.oid = to_regclass($1)
            """;

    /** The first columns and expressions of each index that is valid and not partial. */
    private static final String INDEXES = """
            select array(select pg_get_indexdef(i.indexrelid, k, true) from generate_series(1, i.indnkeyatts) k)
            from pg_index i where i.indrelid = to_regclass($1) and i.indisvalid and i.indpred is null
            """;

    private final double leastRows;

    /** For tables with at least so many rows. */
    public IndexAdvice(double leastRows) {
        this.leastRows = leastRows;
    }

    /** For a plan of the statement that {@code why} tells of. */
    public Flux<Recommendation> advise(Connection connection, Plan plan, Map<String, String> why) {
        return Flux.fromIterable(Candidate.in(plan))
                .concatMap(candidate -> table(connection, candidate)
                        .filter(table -> table.rows() >= leastRows && candidate.rows() <= LARGE_SHARE * table.rows())
                        .flatMap(table -> propose(connection, candidate, table, why)))
                .distinct(Recommendation::key);
    }

    private Mono<Recommendation> propose(
            Connection connection, Candidate candidate, Table table, Map<String, String> why) {
        Mono<Map<String, Double>> distinct = Question.of(DISTINCT, candidate.relation())
                .ask(
                        connection,
                        row -> Map.entry(
                                String.valueOf(row.get(0, String.class)),
                                Objects.requireNonNull(row.get(1, Double.class))))
                .collectMap(Map.Entry::getKey, Map.Entry::getValue);
        Mono<List<List<String>>> indexes = Question.of(INDEXES, candidate.relation())
                .ask(connection, row -> List.of(Objects.requireNonNull(row.get(0, String[].class))))
                .collectList();
        return distinct.flatMap(known -> indexes.map(there -> Tuples.of(known, there)))
                .flatMap(known -> {
                    List<String> columns = order(candidate, known.getT1());
                    return isCovered(columns, candidate, known.getT2())
                            ? Mono.empty()
                            : Mono.just(recommendation(candidate, columns, table, why));
                });
    }

    private static List<String> order(Candidate candidate, Map<String, Double> distinct) {
        Stream<String> equal = candidate.equal().stream()
                .sorted(Comparator.comparingDouble((String column) -> distinct.getOrDefault(column, 1.0))
                        .reversed());
        return Stream.concat(equal, candidate.range().stream())
                .distinct()
                .limit(MOST_COLUMNS)
                .toList();
    }

    /** An index that begins with all the equality columns, in whatever order, and goes on with the range, serves as well. */
    private static boolean isCovered(List<String> columns, Candidate candidate, List<List<String>> indexes) {
        return indexes.stream().anyMatch(index -> {
            List<String> first =
                    index.stream().limit(columns.size()).map(IndexAdvice::bare).toList();
            return first.size() == columns.size()
                    && first.containsAll(columns.stream().map(IndexAdvice::bare).toList())
                    && (candidate.equal().isEmpty()
                            || candidate.equal().stream().map(IndexAdvice::bare).anyMatch(first.get(0)::equals));
        });
    }

    private static String bare(String column) {
        return column.startsWith("(") ? column.substring(1, column.length() - 1) : column;
    }

    private static Recommendation recommendation(
            Candidate candidate, List<String> columns, Table table, Map<String, String> why) {
        String list = String.join(", ", columns);
        String partial = candidate.whereNull().isEmpty()
                ? ""
                : candidate.whereNull().stream()
                        .map(column -> column + " is null")
                        .collect(Collectors.joining(" and ", " where ", ""));
        Map<String, String> evidence = new LinkedHashMap<>(why);
        evidence.put("rows of the table", "%.0f".formatted(table.rows()));
        evidence.put("rows that are wanted", "%.0f".formatted(candidate.rows()));
        evidence.put("cost of reading all", "%.0f".formatted(candidate.cost()));
        evidence.put("writes to the table", String.valueOf(table.writes()));
        return new Recommendation(
                "missing-index",
                Severity.WARNING,
                "%s (%s)%s".formatted(candidate.relation(), list, partial),
                "%s is read as a whole for %.0f of its %.0f rows"
                        .formatted(candidate.relation(), candidate.rows(), table.rows()),
                evidence,
                "An index finds them at about %.0f instead of %.0f cost units each time. Each write to the table will keep it up to date."
                        .formatted(table.indexCost(candidate.rows()), candidate.cost()),
                List.of("create index concurrently on %s (%s)%s".formatted(candidate.relation(), list, partial)));
    }

    private record Table(double rows, long bytes, long writes) {

        private static final double RANDOM_PAGE = 4;

        /** One page for each row wanted, and the way down the tree (PostgreSQL's costsize.c, uncorrelated case). */
        double indexCost(double wanted) {
            double pages = Math.min(wanted, bytes / 8192.0 + 1);
            return RANDOM_PAGE * (pages + 1);
        }
    }

    private static Mono<Table> table(Connection connection, Candidate candidate) {
        return Question.of(TABLE, candidate.relation())
                .ask(
                        connection,
                        row -> new Table(
                                Objects.requireNonNull(row.get("rows", Double.class)),
                                Objects.requireNonNull(row.get("bytes", Long.class)),
                                Objects.requireNonNull(row.get("writes", Long.class))))
                .next();
    }
}
