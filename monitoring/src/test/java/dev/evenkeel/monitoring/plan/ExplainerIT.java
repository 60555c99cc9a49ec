package dev.evenkeel.monitoring.plan;

import static dev.evenkeel.monitoring.Managers.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.Managers;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Plans of statements that nobody runs. */
@WithPostgres
class ExplainerIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");

    private record Given(String sql, List<Class<?>> types) {}

    private static Given given(String sql, Class<?>... types) {
        return new Given(sql, List.of(types));
    }

    /** Forty ways to write a statement, with parameters wherever an application would have them. */
    private static final List<Given> STATEMENTS = List.of(
            given("select * from explained where id = $1", Long.class),
            given("select * from explained where id in ($1, $2)", Long.class, Long.class),
            given("select * from explained where id = any($1)", Long[].class),
            given("select * from explained where name like $1 || '%'", String.class),
            given("select * from explained where lower(name) = lower($1)", String.class),
            given("select * from explained where data @> $1::jsonb", String.class),
            given("select data->>$1 from explained", String.class),
            given("select * from explained where tags && $1", String[].class),
            given("select * from explained where created > now() - $1::interval", String.class),
            given("select * from explained where created::date = $1", LocalDate.class),
            given("select $1::date + $2", LocalDate.class, Integer.class),
            given("select * from generate_series($1, $2) g", Integer.class, Integer.class),
            given("select extract(year from created), $1 from explained", String.class),
            given("select * from explained limit $1 offset $2", Integer.class, Integer.class),
            given("select coalesce(name, $1) from explained", String.class),
            given(
                    "select case when id = $1 then $2 else $3 end from explained",
                    Long.class,
                    String.class,
                    String.class),
            given("select count(*) filter (where id > $1) from explained", Long.class),
            given("select row_number() over (partition by name order by id) from explained where id < $1", Long.class),
            given("select name, sum(id) from explained group by rollup (name) having sum(id) > $1", Long.class),
            given("select * from explained a join explained b on a.id = b.id where a.name = $1", String.class),
            given(
                    "select * from explained a left join lateral (select * from explained b where b.id = a.id limit $1) x on true",
                    Integer.class),
            given(
                    "select * from explained where exists (select from explained b where b.id = explained.id and b.name = $1)",
                    String.class),
            given("with x as (select * from explained where id = $1) select * from x", Long.class),
            given(
                    "with recursive r(n) as (select $1::int union all select n + 1 from r where n < $2) select * from r",
                    Integer.class,
                    Integer.class),
            given("select * from explained where (id, name) > ($1, $2) order by id, name", Long.class, String.class),
            given("select * from explained where id between $1 and $2", Long.class, Long.class),
            given("select * from explained where name is not distinct from $1", String.class),
            given("select array_agg(id) from explained where id = $1", Long.class),
            given("select * from explained order by name collate \"C\" fetch first $1 rows only", Integer.class),
            given("select string_agg(name, $1) from explained", String.class),
            given("insert into explained (id, name) values ($1, $2)", Long.class, String.class),
            given(
                    "insert into explained (id, name) values ($1, $2) on conflict (id) do update set name = excluded.name",
                    Long.class,
                    String.class),
            given("insert into explained (id, name) select id + $1, name from explained returning id", Long.class),
            given("update explained set name = $1 where id = $2", String.class, Long.class),
            given("update explained a set name = b.name from explained b where a.id = b.id and b.id = $1", Long.class),
            given("delete from explained where id = $1 returning *", Long.class),
            given("delete from explained using explained b where explained.id = b.id and b.name = $1", String.class),
            given("select * from explained for update"),
            given("values ($1::int, $2::text)", Integer.class, String.class),
            given("select jsonb_build_object('a', $1::text, 'b', id) from explained", String.class));

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;
    private int version;

    ExplainerIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary()
                .execute(
                        "drop table if exists explained; create table explained (id bigint primary key, name text, data jsonb,"
                                + " tags text[], created timestamptz); insert into explained values (1, 'one')");
        db = Managers.start(cluster);
        version = cluster.majorVersion() * 10_000;
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Optional<Plan> plan(Given given) {
        return db.inspect(
                        Managers.name(cluster.primary()),
                        connection -> Explainer.plan(connection, version, given.sql(), given.types())
                                .map(Optional::of)
                                .defaultIfEmpty(Optional.empty()))
                .blockLast(PATIENCE);
    }

    @Test
    void fortyStatementsWithParametersHavePlans() {
        List<String> without = new ArrayList<>();
        STATEMENTS.forEach(given -> {
            if (plan(given).isEmpty()) {
                without.add(given.sql());
            }
        });
        figures.info(
                "plans for {} of {} statements; without: {}",
                STATEMENTS.size() - without.size(),
                STATEMENTS.size(),
                without);

        assertThat(STATEMENTS).hasSize(40);
        assertThat(without).hasSizeLessThanOrEqualTo(1);
        assertThat(cluster.primary().queryOne("select string_agg(id || name, ',') from explained"))
                .isEqualTo("1one");
    }

    @Test
    void whatIsNoStatementOnRowsIsRefused() {
        assertThat(plan(given("select 1; drop table explained"))).isEmpty();
        assertThat(plan(given("drop table explained"))).isEmpty();
        assertThat(plan(given("vacuum explained"))).isEmpty();
        assertThat(plan(given("explain analyze delete from explained"))).isEmpty();
        assertThat(plan(given("select $e0$ $$ ' from nowhere"))).isEmpty();
        assertThat(cluster.primary().queryOne("select count(*) from explained")).isEqualTo("1");
    }

    @Test
    void aVolatileFunctionIsNotRun() {
        cluster.primary()
                .execute("create or replace function explode() returns int language plpgsql volatile as"
                        + " $$ begin delete from explained; raise exception 'run'; end $$");

        assertThat(plan(given("select explode() from explained where id = $1", Long.class)))
                .isPresent();
        assertThat(cluster.primary().queryOne("select count(*) from explained")).isEqualTo("1");
    }

    /** The session can go on after each of them. */
    @Test
    void aRefusedOneLeavesTheSessionUsable() {
        Integer answer = db.inspect(
                        Managers.name(cluster.primary()),
                        connection -> Explainer.plan(connection, version, "select * from nowhere", List.of())
                                .then(Mono.from(connection
                                                .createStatement("select 42")
                                                .execute())
                                        .flatMap(result -> Mono.from(result.map(row -> row.get(0, Integer.class))))))
                .blockLast(PATIENCE);

        assertThat(answer).isEqualTo(42);
    }
}
