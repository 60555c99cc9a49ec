package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** What is told of single statements, and of the administration. */
@WithPostgres(replicas = 1)
class StatementEventsIT {

    private final PostgresCluster cluster;
    private final List<StatementCompleted> statements = new CopyOnWriteArrayList<>();
    private final List<AdministrativeAction> actions = new CopyOnWriteArrayList<>();
    private ReactiveDatabaseManager db;
    private Disposable listening;

    StatementEventsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Databases.start(cluster);
        listening = db.listen(new DatabaseListener() {
            @Override
            public void onStatementCompleted(StatementCompleted event) {
                statements.add(event);
            }

            @Override
            public void onAdministrativeAction(AdministrativeAction event) {
                actions.add(event);
            }

            @Override
            public boolean wantsStatements() {
                return true;
            }

            @Override
            public boolean wantsNotices() {
                return true;
            }
        });
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private StatementCompleted only() {
        await("a statement", () -> !statements.isEmpty());
        assertThat(statements).hasSize(1);
        return statements.get(0);
    }

    @Test
    void aStatementIsToldOfOnceWithItsRowsAndTheShapesOfItsParameters() {
        db.query("select generate_series(1, $1), $2", 7, "secret")
                .map(row -> row.get(0, Integer.class))
                .collectList()
                .block(PATIENCE);

        StatementCompleted told = only();
        assertThat(told.rows()).isEqualTo(7);
        assertThat(told.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(told.total()).isPositive().isLessThan(PATIENCE);
        assertThat(told.bound().shapes()).containsExactly("Integer", "String(6)");
        assertThat(told.toString()).doesNotContain("secret");
    }

    @Test
    void theStatementsOfATransactionAreTold_butNotItsBoundaries() {
        db.inTransaction(connection -> db.query("create temp table t as select 1 as a")
                        .on(connection)
                        .rowsUpdated()
                        .then(db.query("update t set a = a + 1").on(connection).rowsUpdated()))
                .block(PATIENCE);

        assertThat(statements)
                .extracting(StatementCompleted::sql)
                .containsExactly("create temp table t as select 1 as a", "update t set a = a + 1");
        assertThat(statements.get(1).rows()).isEqualTo(1);
        assertThat(statements.get(0).scope()).isSameAs(statements.get(1).scope());
        assertThat(statements.get(0).requestId()).isEqualTo(statements.get(1).requestId());
    }

    @Test
    void callsOfOneRequestShareItsScope() {
        Flux.range(0, 3)
                .concatMap(i -> db.query("select 1").readOnly().one(row -> i))
                .contextWrite(CallContext.request("GET /orders"))
                .blockLast(PATIENCE);

        assertThat(statements).hasSize(3).allSatisfy(told -> {
            assertThat(told.scope()).isSameAs(statements.get(0).scope());
            assertThat(told.scope().name()).isEqualTo("GET /orders");
        });
    }

    @Test
    void aFailedStatementHasItsSqlState() {
        assertThatThrownBy(() -> db.query("select 1 / $1::int", 0).one(row -> 1).block(PATIENCE))
                .isInstanceOf(DatabaseException.class);

        assertThat(only().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(only().sqlState()).isEqualTo("22012");
    }

    @Test
    void aStatementWhoseCallerGoesAwayIsCancelled() {
        db.query("select pg_sleep(30)")
                .one(row -> 1)
                .timeout(Duration.ofMillis(200))
                .onErrorComplete()
                .block(PATIENCE);

        assertThat(only().outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void noticesComeWithTheStatementThatBroughtThem() {
        cluster.primary()
                .execute("create or replace function told() returns int language plpgsql as"
                        + " $$ begin raise notice 'plan of %', 1; return 1; end $$");
        db.query("select told()").one(row -> row.get(0, Integer.class)).block(PATIENCE);

        assertThat(only().notices()).containsExactly("plan of 1");
    }

    @Test
    void whoHasLeftHearsNothing() {
        listening.dispose();
        db.query("select 1").one(row -> 1).block(PATIENCE);

        assertThat(statements).isEmpty();
    }

    @Test
    void aSessionForInspectionLeadsToTheNodeAndIsClosedAfterwards() {
        String replica = "%s:%d"
                .formatted(
                        cluster.replicas().get(0).host(),
                        cluster.replicas().get(0).port());
        Boolean recovering = db.inspect(
                        replica,
                        connection -> Flux.from(connection
                                        .createStatement(
                                                "select pg_is_in_recovery(), current_setting('application_name')")
                                        .execute())
                                .flatMap(result -> result.map(row -> {
                                    assertThat(row.get(1, String.class)).endsWith(":inspect");
                                    return row.get(0, Boolean.class);
                                })))
                .blockLast(PATIENCE);

        assertThat(recovering).isTrue();
        assertThat(statements).isEmpty();
        assertThatThrownBy(() ->
                        db.inspect("nowhere:1", connection -> Flux.just(1)).blockLast(PATIENCE))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("nowhere:1");
    }

    @Test
    void whatAnOperatorDoesIsToldWithHisName() {
        db.rotateConnections().contextWrite(CallContext.principal("alice")).block(PATIENCE);

        assertThat(actions).singleElement().satisfies(told -> {
            assertThat(told.what()).isEqualTo("rotate");
            assertThat(told.by()).isEqualTo("alice");
            assertThat(told.succeeded()).isTrue();
        });
    }
}
