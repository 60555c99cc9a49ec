package dev.evenkeel.monitoring;

import static dev.evenkeel.monitoring.Managers.PATIENCE;
import static dev.evenkeel.monitoring.Managers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the plans of the application's own statements tell. */
@WithPostgres(isolated = true, settings = "autovacuum=off")
class PlanIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;
    private QueryOptimizer optimizer;

    PlanIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary().execute("""
                        drop schema if exists shop cascade;
                        create schema shop;
                        create table shop.orders (id int primary key, customer int, placed timestamptz, state text, shipped timestamptz);
                        create table shop.item (id int primary key, orders int, product int, "Line No" int);
                        create table shop.tiny (id int, v int);
                        insert into shop.orders select g, g % 2000, now() - g * interval '1 minute', (g % 5)::text,
                            case when g % 100 > 0 then now() end from generate_series(1, 40000) g;
                        insert into shop.item select g, g / 3, g % 500, g % 7 from generate_series(1, 120000) g;
                        insert into shop.tiny select g, g from generate_series(1, 500) g;
                        create view shop.lines as select o.customer, i.* from shop.orders o join shop.item i on i.orders = o.id;
                        analyze shop.orders; analyze shop.item; analyze shop.tiny;
                        """);
        db = Managers.start(cluster);
        optimizer = QueryOptimizer.on(db);
    }

    @AfterEach
    void stop() {
        optimizer.stop();
        db.shutdown().block(PATIENCE);
    }

    private void run(String sql, Object... parameters) {
        db.query(sql, parameters).map(row -> 1).count().block(PATIENCE);
    }

    private List<Recommendation> missing() {
        return Objects.requireNonNull(optimizer
                .getQueryRecommendations()
                .filter(found -> found.rule().equals("missing-index"))
                .collectList()
                .block(PATIENCE));
    }

    private void findsAndMends(String object, String sql, Object... parameters) {
        run(sql, parameters);
        assertThat(missing()).extracting(Recommendation::object).contains(object);
        missing().stream()
                .filter(found -> found.object().equals(object))
                .flatMap(found -> found.remedy().stream())
                .forEach(remedy -> cluster.primary().execute(remedy));
        assertThat(missing()).extracting(Recommendation::object).doesNotContain(object);
        assertThat(Objects.requireNonNull(cluster.primary().queryAll("explain " + sql.replaceAll("\\$\\d", "7")))
                        .toString())
                .contains("Index");
    }

    @Test
    void anIndexThatAJoinMissesIsFound() {
        findsAndMends(
                "shop.item (orders)",
                "select i.* from shop.orders o join shop.item i on i.orders = o.id where o.id = $1",
                7);
    }

    @Test
    void anIndexBehindAViewAndAHashJoinIsFound() {
        cluster.primary().execute("create index on shop.orders (customer); analyze shop.orders");
        findsAndMends("shop.item (orders)", "select * from shop.lines where customer = $1", 7);
    }

    @Test
    void anIndexBehindACommonTableExpressionIsFound() {
        findsAndMends(
                "shop.orders (customer)",
                "with mine as (select * from shop.orders where customer = $1) select count(*) from mine",
                7);
    }

    @Test
    void theColumnThatTellsMostComesFirst() {
        run("select * from shop.item where product = $1 and orders = $2 and \"Line No\" > $3", 1, 2, 3);

        assertThat(missing())
                .extracting(Recommendation::object)
                .containsExactly("shop.item (orders, product, \"Line No\")");
    }

    @Test
    void aConditionOnAFunctionAndOneForNullAreServed() {
        run("select * from shop.orders where lower(state) = $1 and customer = $2 and shipped is null", "x", 7);

        assertThat(missing()).singleElement().satisfies(found -> {
            assertThat(found.object())
                    .contains("customer")
                    .contains("(lower(state))")
                    .endsWith("where shipped is null");
            found.remedy().forEach(remedy -> cluster.primary().execute(remedy));
        });
    }

    @Test
    void nothingIsProposedForWhatIsServed_smallOrWantedAsAWhole() {
        run("select * from shop.orders where id = $1", 7);
        run("select * from shop.tiny where v = $1", 7);
        run("select count(*) from shop.orders where state <> $1", "x");
        run("select count(*) from shop.orders o join shop.item i on i.orders = o.id");
        run("select * from shop.orders where customer = $1 or state = $2", 7, "x");

        assertThat(missing()).isEmpty();
    }

    /** Not among the embedded binaries: copy hypopg.so, its control file and its scripts into them to see this. */
    @Test
    void whereHypopgIsThereThePlannerItselfIsAsked() {
        assumeTrue(
                cluster.primary()
                        .queryOne("select count(*) from pg_available_extensions where name = 'hypopg'")
                        .equals("1"),
                "hypopg is not installed on the test server");
        cluster.primary().execute("create extension if not exists hypopg");
        run("select i.* from shop.orders o join shop.item i on i.orders = o.id where o.id = $1", 7);

        assertThat(missing()).singleElement().satisfies(found -> {
            assertThat(found.object()).isEqualTo("shop.item (orders)");
            assertThat(found.evidence()).containsKeys("cost of the statement now", "cost with the index (hypopg)");
        });
        assertThat(missing()).hasSize(1);
        cluster.primary().execute("drop extension hypopg");
    }

    @Test
    void thePlanOfASlowStatementArrivesWithItsOwnResult() {
        Objects.requireNonNull(optimizer.capabilities().blockFirst(PATIENCE)).missing().stream()
                .filter(missing -> missing.what().equals("executed plans"))
                .flatMap(missing -> missing.remedy().stream())
                .forEach(remedy -> cluster.primary().execute(remedy.replace("'250ms'", "0")));
        ReactiveDatabaseManager own = Managers.start(cluster);
        QueryOptimizer watching =
                QueryOptimizer.on(own, InsightConfig.defaults().withExecutedPlans(true));
        List<PlanChange> changes = new CopyOnWriteArrayList<>();
        watching.planChanges().subscribe(changes::add);
        try {
            assertThat(Objects.requireNonNull(watching.capabilities().blockFirst(PATIENCE))
                            .executedPlans())
                    .isTrue();
            Long rows = own.query("select * from shop.orders where customer = $1", 7)
                    .map(row -> row.get(0, Integer.class))
                    .count()
                    .block(PATIENCE);
            assertThat(rows).isEqualTo(20);
            assertThat(Flux.from(own.connectionFactory().create())
                            .concatMap(connection -> Flux.from(connection
                                            .createStatement(
                                                    "select count(*) from shop.item where product = 3 and id > 0")
                                            .execute())
                                    .concatMap(result -> result.map((row, metadata) -> row.get(0, Long.class)))
                                    .concatWith(Mono.from(connection.close()).then(Mono.empty())))
                            .blockLast(PATIENCE))
                    .isEqualTo(240);
            await("a finding", () -> inVain(watching).size() >= 2);
            assertThat(inVain(watching).toString()).doesNotContain("= 3");

            cluster.primary().execute("create index on shop.orders (customer); analyze shop.orders");
            own.query("select * from shop.orders where customer = $1", 7)
                    .map(row -> 1)
                    .count()
                    .block(PATIENCE);
            await("a change", () -> !changes.isEmpty());
            assertThat(changes.get(0).before()).contains("Seq Scan orders");
            assertThat(changes.get(0).after()).contains("orders_customer_idx");
            assertThat(changes.get(0).isRegression()).isFalse();
        } finally {
            watching.stop();
            own.shutdown().block(PATIENCE);
            cluster.primary().execute("alter role postgres reset all");
        }
    }

    private static List<Recommendation> inVain(QueryOptimizer watching) {
        return Objects.requireNonNull(watching.getQueryRecommendations()
                .filter(found -> found.rule().equals("rows-read-in-vain"))
                .collectList()
                .block(PATIENCE));
    }
}
