package dev.evenkeel.monitoring;

import static dev.evenkeel.monitoring.Managers.PATIENCE;
import static dev.evenkeel.monitoring.Managers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.CallContext;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.monitoring.CancelPolicy.Action;
import dev.evenkeel.monitoring.CancelPolicy.Scope;
import dev.evenkeel.monitoring.CancelledQuery.Outcome;
import dev.evenkeel.monitoring.server.Activity;
import dev.evenkeel.monitoring.server.Cancellation;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Statements are stopped if the policy says so and they are still the ones that were seen. */
@WithPostgres
class CancelIT {

    private static final CancelPolicy QUICK = CancelPolicy.defaults().olderThan(Duration.ofMillis(200));

    private final PostgresCluster cluster;
    private final List<AdministrativeAction> audit = new CopyOnWriteArrayList<>();
    private ReactiveDatabaseManager db;
    private QueryOptimizer optimizer;

    CancelIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Managers.start(
                cluster,
                config -> config.listener(new DatabaseListener() {
                    @Override
                    public void onAdministrativeAction(AdministrativeAction event) {
                        audit.add(event);
                    }
                }));
        optimizer = QueryOptimizer.on(db);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    /** Runs until it is stopped; completes with the SQLSTATE that it ends with. */
    private CompletableFuture<String> sleeper() {
        return db.query("select pg_sleep($1)", 60.0)
                .one(row -> "finished")
                .onErrorResume(DatabaseException.class, failed -> Mono.just(failed.code()))
                .toFuture();
    }

    private List<RunningQuery> running() {
        return Objects.requireNonNull(optimizer.runningQueries().collectList().block(PATIENCE));
    }

    private RunningQuery awaitRunning(String application) {
        await(
                "a statement of " + application,
                () -> running().stream()
                        .anyMatch(query -> query.application().equals(application)
                                && query.age().compareTo(QUICK.olderThan()) > 0));
        return running().stream()
                .filter(query -> query.application().equals(application))
                .findFirst()
                .orElseThrow();
    }

    private List<CancelledQuery> cancel(CancelPolicy policy) {
        return Objects.requireNonNull(optimizer
                .cancelLongRunningQueries(policy)
                .collectList()
                .contextWrite(CallContext.principal("alice"))
                .block(PATIENCE));
    }

    private Connection stranger() throws SQLException {
        return DriverManager.getConnection(cluster.jdbcUrl(cluster.primary()) + "&ApplicationName=stranger");
    }

    @Test
    void anOldStatementOfThisApplicationIsStoppedAndTheAuditSaysByWhom() throws Exception {
        CompletableFuture<String> sleeper = sleeper();
        awaitRunning("shop");

        assertThat(cancel(QUICK)).singleElement().satisfies(done -> {
            assertThat(done.outcome()).isEqualTo(Outcome.SIGNALLED);
            assertThat(done.query().sql()).contains("pg_sleep");
        });
        assertThat(sleeper).succeedsWithin(PATIENCE).isEqualTo("57014");
        assertThat(audit).singleElement().satisfies(entry -> {
            assertThat(entry.what()).isEqualTo("cancel");
            assertThat(entry.by()).isEqualTo("alice");
            assertThat(entry.succeeded()).isTrue();
        });
    }

    @Test
    void whatIsYoungOrSomebodyElsesIsLeftAlone_andAReportStopsNothing() throws Exception {
        CompletableFuture<String> own = sleeper();
        try (Connection other = stranger();
                Statement statement = other.createStatement()) {
            CompletableFuture<Void> strange = CompletableFuture.runAsync(() -> run(statement, "select pg_sleep(60)"));
            awaitRunning("shop");
            awaitRunning("stranger");

            assertThat(cancel(CancelPolicy.defaults())).isEmpty();
            assertThat(cancel(QUICK.reporting()))
                    .singleElement()
                    .satisfies(done -> assertThat(done.outcome()).isEqualTo(Outcome.REPORTED));
            assertThat(own).isNotDone();
            assertThat(cancel(QUICK.scope(Scope.DATABASE).reporting())).hasSize(2);
            assertThat(cancel(QUICK)).hasSize(1);
            assertThat(own).succeedsWithin(PATIENCE).isEqualTo("57014");
            assertThat(strange).isNotDone();

            assertThat(cancel(QUICK.scope(Scope.DATABASE))).hasSize(1);
            assertThat(strange).failsWithin(PATIENCE);
        }
    }

    private static void run(Statement statement, String sql) {
        try {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getSQLState(), e);
        }
    }

    /** The process is the same, and so is its session; the statement is another one, with the same text. */
    @Test
    void theNextStatementOfASeenSessionIsNotStopped() throws Exception {
        try (Connection other = stranger();
                Statement statement = other.createStatement()) {
            CompletableFuture<Void> first =
                    CompletableFuture.runAsync(() -> run(statement, "select pg_sleep(0.5), 'a'"));
            RunningQuery seen = awaitRunning("stranger");
            assertThat(first).succeedsWithin(PATIENCE);
            CompletableFuture<Void> second =
                    CompletableFuture.runAsync(() -> run(statement, "select pg_sleep(0.5), 'a'"));
            await(
                    "the second one",
                    () -> running().stream()
                            .anyMatch(query ->
                                    query.pid() == seen.pid() && !query.began().equals(seen.began())));

            assertThat(stop(seen).outcome()).isEqualTo(Outcome.GONE);
            assertThat(second).succeedsWithin(PATIENCE);
        }
    }

    /** As if the number of a process that has ended were given to the session of somebody else. */
    @Test
    void aReusedProcessNumberIsNotStopped() throws Exception {
        try (Connection other = stranger();
                Statement statement = other.createStatement()) {
            CompletableFuture<Void> running = CompletableFuture.runAsync(() -> run(statement, "select pg_sleep(1)"));
            RunningQuery now = awaitRunning("stranger");
            RunningQuery before = new RunningQuery(
                    now.node(),
                    now.pid(),
                    now.sessionBegan().minusMinutes(5),
                    now.began(),
                    now.age(),
                    now.state(),
                    now.application(),
                    now.user(),
                    now.waitsFor(),
                    now.blockedBy(),
                    now.fingerprint(),
                    now.sql(),
                    now.own());

            assertThat(stop(before).outcome()).isEqualTo(Outcome.GONE);
            assertThat(running).succeedsWithin(PATIENCE);
        }
    }

    private CancelledQuery stop(RunningQuery query) {
        return Objects.requireNonNull(
                db.inspect(query.node(), connection -> Cancellation.stop(query, Action.CANCEL, connection))
                        .blockLast(PATIENCE));
    }

    @Test
    void aSessionThatIsIdleInATransactionIsEndedOnlyByTermination() throws Exception {
        try (Connection other = stranger();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select 1");
            awaitRunning("stranger");

            assertThat(cancel(QUICK.scope(Scope.DATABASE))).isEmpty();
            assertThat(cancel(QUICK.scope(Scope.DATABASE).action(Action.TERMINATE)))
                    .singleElement()
                    .satisfies(done -> assertThat(done.outcome()).isEqualTo(Outcome.SIGNALLED));
            assertThatThrownBy(() -> statement.execute("select 1")).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void maintenanceIsNeverStopped() throws Exception {
        cluster.primary()
                .execute("drop table if exists big; create table big as select g from generate_series(1, 10) g");
        try (Connection blocker = stranger();
                Statement lock = blocker.createStatement();
                Connection builder = stranger();
                Statement build = builder.createStatement()) {
            blocker.setAutoCommit(false);
            lock.execute("lock table big in share row exclusive mode");
            CompletableFuture<Void> index =
                    CompletableFuture.runAsync(() -> run(build, "create index concurrently on big (g)"));
            await(
                    "the build waits",
                    () -> running().stream()
                            .anyMatch(query -> query.waitsFor() != null
                                    && query.waitsFor().startsWith("Lock:")
                                    && query.age().compareTo(QUICK.olderThan()) > 0));

            assertThat(running())
                    .anySatisfy(query -> assertThat(query.blockedBy()).isNotEmpty());
            assertThat(cancel(QUICK.scope(Scope.DATABASE))).isEmpty();
            blocker.rollback();
            assertThat(index).succeedsWithin(PATIENCE);
        }
    }

    @Test
    void oneStatementThatWasSeenIsStoppedWhoeversItIs_andTheAuditSaysByWhom() throws Exception {
        try (Connection other = stranger();
                Statement statement = other.createStatement()) {
            CompletableFuture<Void> strange = CompletableFuture.runAsync(() -> run(statement, "select pg_sleep(60)"));
            RunningQuery seen = awaitRunning("stranger");

            assertThat(cancel(seen).outcome()).isEqualTo(Outcome.SIGNALLED);
            assertThat(strange).failsWithin(PATIENCE);
            assertThat(cancel(seen).outcome()).isEqualTo(Outcome.GONE);
        }
        assertThat(audit).singleElement().satisfies(entry -> {
            assertThat(entry.by()).isEqualTo("bob");
            assertThat(entry.details()).contains("stranger");
        });
    }

    @Test
    void oneStatementIsRefusedIfItIsMaintenanceOrThereIsNone() throws Exception {
        try (Connection other = stranger();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select 1");
            assertThat(cancel(awaitRunning("stranger")).reason()).contains("idle in transaction");
            other.rollback();
            CompletableFuture<Void> copy = CompletableFuture.runAsync(
                    () -> run(statement, "create temp table t as select 1 from pg_sleep(2)"));
            await(
                    "the copy",
                    () -> running().stream()
                            .anyMatch(query -> String.valueOf(query.sql()).startsWith("create temp")));
            assertThat(cancel(awaitRunning("stranger")).reason()).contains("maintenance");
            assertThat(copy).succeedsWithin(PATIENCE);
        }
        assertThat(audit).isEmpty();
    }

    private CancelledQuery cancel(RunningQuery query) {
        return Objects.requireNonNull(optimizer
                .cancel(query)
                .contextWrite(CallContext.principal("bob"))
                .block(PATIENCE));
    }

    @Test
    void aRoleWithoutTheRightIsToldWhichOneIsMissing() throws Exception {
        cluster.primary().execute("drop role if exists plain; create role plain login");
        CompletableFuture<String> sleeper = sleeper();
        RunningQuery seen = awaitRunning("shop");
        String url = cluster.url(cluster.primary()).replaceFirst("//[^@]*@", "//plain@");
        ReactiveDatabaseManager plain = Managers.start(cluster, config -> config.primary(url));
        try {
            CancelledQuery refused = Objects.requireNonNull(
                    plain.inspect(seen.node(), connection -> Cancellation.stop(seen, Action.CANCEL, connection))
                            .blockLast(PATIENCE));
            assertThat(refused.outcome()).isIn(Outcome.REFUSED, Outcome.GONE);
            List<RunningQuery> shown = Objects.requireNonNull(
                    plain.inspect(seen.node(), connection -> Activity.of(seen.node(), "shop", connection))
                            .collectList()
                            .block(PATIENCE));
            assertThat(shown).allSatisfy(query -> assertThat(query.own()).isFalse());
        } finally {
            plain.shutdown().block(PATIENCE);
            cancel(QUICK);
        }
        assertThat(sleeper).succeedsWithin(PATIENCE);
    }

    @Test
    void aPolicyThatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> CancelPolicy.defaults().olderThan(Duration.ZERO))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("cancel.olderThan");
        assertThatThrownBy(() -> CancelPolicy.defaults().most(0)).isInstanceOf(InvalidConfigurationException.class);
    }
}
