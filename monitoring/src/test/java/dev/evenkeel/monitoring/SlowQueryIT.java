package dev.evenkeel.monitoring;

import static dev.evenkeel.monitoring.Managers.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.CallContext;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Slow statements, as the client and the server see them. */
@WithPostgres(replicas = 1, settings = "shared_preload_libraries=pg_stat_statements")
class SlowQueryIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;
    private QueryOptimizer optimizer;

    SlowQueryIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary().execute("create extension if not exists pg_stat_statements");
        db = Managers.start(cluster);
        optimizer = QueryOptimizer.on(
                db,
                InsightConfig.defaults()
                        .withSlowThreshold(Duration.ofMillis(50))
                        .withRepeats(5));
    }

    @AfterEach
    void stop() {
        optimizer.stop();
        db.shutdown().block(PATIENCE);
    }

    private List<SlowQuery> slow() {
        return Objects.requireNonNull(
                optimizer.analyzeSlowQueries().collectList().block(PATIENCE));
    }

    @Test
    void aSlowStatementIsFoundWithTheTimesOfBothSidesAndWithoutItsLiterals() {
        for (int i = 0; i < 3; i++) {
            db.query("select pg_sleep(0.08), 'top secret'").one(row -> 1).block(PATIENCE);
            db.query("select 1").one(row -> 1).block(PATIENCE);
        }

        assertThat(slow())
                .filteredOn(query -> query.client() != null)
                .singleElement()
                .satisfies(query -> {
                    assertThat(query.sql()).contains("pg_sleep").doesNotContain("secret");
                    assertThat(Objects.requireNonNull(query.client()).calls()).isEqualTo(3);
                    assertThat(query.client().p50()).isGreaterThan(Duration.ofMillis(70));
                    assertThat(query.servers()).singleElement().satisfies(server -> {
                        assertThat(server.calls()).isEqualTo(3);
                        assertThat(server.mean()).isGreaterThan(Duration.ofMillis(70));
                    });
                    assertThat(query.reasons()).isNotEmpty();
                });
        assertThat(Objects.requireNonNull(
                        optimizer.ownStatements().collectList().block(PATIENCE)))
                .as("the expensive one first, and those that are well, too")
                .extracting(SlowQuery::sql, query -> query.reasons().isEmpty())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("select pg_sleep(?), ?", false),
                        org.assertj.core.groups.Tuple.tuple("select ?", true));
    }

    @Test
    void othersStatementsAreSeenOnTheServerOnly_andNothingIsReset() {
        for (int i = 0; i < 100; i++) {
            cluster.primary().queryOne("select count(*) from generate_series(1, 200000)");
        }
        String before = cluster.primary().queryOne("select stats_reset from pg_stat_statements_info");

        assertThat(slow()).anySatisfy(query -> {
            assertThat(query.sql()).contains("generate_series");
            assertThat(query.client()).isNull();
            assertThat(query.servers().get(0).calls()).isGreaterThanOrEqualTo(100);
        });
        assertThat(cluster.primary().queryOne("select stats_reset from pg_stat_statements_info"))
                .isEqualTo(before);
    }

    @Test
    void aQueryForEachRowOfAnotherOneIsFound() {
        cluster.primary().execute("create table if not exists part (id int primary key)");
        Flux.range(1, 8)
                .concatMap(id -> db.query("select id from part where id = $1", id)
                        .readOnly()
                        .map(row -> row.get(0, Integer.class)))
                .contextWrite(CallContext.request("GET /orders"))
                .blockLast(PATIENCE);
        Flux.range(1, 20)
                .concatMap(id -> db.query("select id, id from part where id = $1", id)
                        .readOnly()
                        .map(row -> row.get(0, Integer.class)))
                .blockLast(PATIENCE);

        assertThat(optimizer
                        .getQueryRecommendations()
                        .filter(found -> found.rule().equals("n-plus-one"))
                        .collectList()
                        .block(PATIENCE))
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.evidence()).containsEntry("request", "GET /orders");
                    assertThat(found.evidence()).containsEntry("most executions in one request", "8");
                });
    }

    @Test
    void whatIsMissingIsToldWithItsRemedy() {
        assertThat(optimizer.capabilities().collectList().block(PATIENCE))
                .hasSize(2)
                .allSatisfy(can -> {
                    assertThat(can.statementStatistics()).isTrue();
                    assertThat(can.executedPlans()).isFalse();
                    assertThat(can.missing()).anySatisfy(missing -> {
                        assertThat(missing.what()).isEqualTo("executed plans");
                        assertThat(missing.remedy()).isNotEmpty();
                    });
                });
    }

    @Test
    void withoutTheExtensionTheClientsTimesAreLeft() {
        cluster.primary().execute("drop extension pg_stat_statements");
        db.query("select pg_sleep(0.06)").one(row -> 1).block(PATIENCE);

        assertThat(slow())
                .singleElement()
                .satisfies(query -> assertThat(query.servers()).isEmpty());
        assertThat(optimizer.capabilities().collectList().block(PATIENCE))
                .allSatisfy(can -> assertThat(can.missing())
                        .anySatisfy(missing -> assertThat(missing.what()).isEqualTo("pg_stat_statements")));
    }

    @Test
    void statementsAreToldApartUpToABound() {
        QueryOptimizer small = QueryOptimizer.on(db, InsightConfig.defaults().withStatements(10));
        Flux.range(0, 100)
                .concatMap(i -> db.query("select 1 as a" + i).one(row -> i))
                .blockLast(PATIENCE);
        small.stop();

        assertThat(small.analyzeSlowQueries().collectList().block(PATIENCE)).isNotNull();
    }
}
