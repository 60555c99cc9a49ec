package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.testkit.CutAction;
import dev.evenkeel.testkit.CutPoint;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/**
 * What is particular behind a pooler in transaction mode. That everything else is as it is without one is shown by other tests,
 * run with {@code -Devenkeel.test.pgbouncer}.
 */
@WithPostgres(isolated = true)
class PgBouncerIT {

    private final PostgresCluster cluster;
    private PgBouncer pooler;
    private ReactiveDatabaseManager db;

    PgBouncerIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void prepare(LeakCheck leaks) {
        cluster.primary().execute(Load.TABLE);
        cluster.primary()
                .execute("drop table if exists counter, evenkeel_commit; create table counter (n int);"
                        + "insert into counter values (0)");
        cluster.primary().execute(TransactionOptions.MARKER_TABLE);
        leaks.watch("leased connections", () -> db == null ? 0 : db.metrics().leased());
    }

    @AfterEach
    void stop() {
        if (db != null) {
            db.shutdown().block(PATIENCE);
        }
        if (pooler != null) {
            pooler.close();
        }
    }

    private DatabaseConfig.Builder config(String url) {
        return DatabaseConfig.builder()
                .primary(url)
                .pool(PoolConfig.builder().minSize(0).maxSize(8).build())
                .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMillis(50)));
    }

    @Test
    void moreClientsThanServerConnectionsAreServed() {
        pooler = PgBouncer.inFrontOf(cluster.primary(), List.of("default_pool_size = 2"));
        db = Databases.start(config(pooler.url() + PgBouncer.URL_OPTIONS).build());

        Load load = Load.start(db, 4, 4);
        for (int i = 0; i < 50; i++) {
            load.nextWrite();
        }
        load.stop();

        assertThat(load.failedWrites()).isEmpty();
        assertThat(load.failedReads()).isEmpty();
        assertThat(load.missingOn(cluster.primary())).isEmpty();
        assertThat(db.healthCheck().block(PATIENCE).status()).isEqualTo(HealthStatus.HEALTHY);
    }

    /** The driver runs them one by one there, because of the options in the URL. */
    @Test
    void statementsThatWouldLeaveInOneAreOneTransaction() {
        pooler = PgBouncer.inFrontOf(cluster.primary(), List.of("default_pool_size = 1"));
        db = Databases.start(config(pooler.url() + PgBouncer.URL_OPTIONS).build());
        Query add = db.query("update counter set n = n + $1", 5);

        StepVerifier.create(db.query("select n from counter").after(add, add).one(row -> row.get(0, Integer.class)))
                .expectNext(10)
                .verifyComplete();
        StepVerifier.create(
                        db.query("select 1 / (n - 15) from counter").after(add).one(row -> 1))
                .verifyError(QueryFailedException.class);

        assertThat(cluster.primary().queryOne("select n from counter")).isEqualTo("10");
    }

    /** One server connection for all, so that the next caller gets the session that the resolver had. */
    @Test
    void whoeverFindsOutTheOutcomeOfACommitLeavesNoSettingsToTheNextClient() {
        pooler = PgBouncer.inFrontOf(cluster.primary(), List.of("default_pool_size = 1"));
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", pooler.port())) {
            db = Databases.start(config("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres%s"
                            .formatted(proxy.port(), PgBouncer.URL_OPTIONS))
                    .build());
            TransactionOptions once = TransactionOptions.builder().exactlyOnce().build();
            proxy.cutAt(CutPoint.AFTER_COMMIT_FORWARDED, CutAction.RESET);
            db.inTransaction(
                            once,
                            conn -> db.query("update counter set n = n + $1", 1)
                                    .on(conn)
                                    .rowsUpdated())
                    .block(PATIENCE);
            proxy.heal();

            assertThat(cluster.primary().queryOne("select n from counter")).isEqualTo("1");
            assertThat(List.of(setting("lock_timeout"), setting("synchronous_commit"), setting("statement_timeout")))
                    .containsExactly("0", "on", "0");
            assertThat(setting("default_transaction_isolation", "source")).isNotEqualTo("session");
            assertThat(setting("lock_timeout", "source")).isNotEqualTo("session");
            db.shutdown().block(PATIENCE);
        }
    }

    private String setting(String name) {
        return setting(name, "setting");
    }

    private String setting(String name, String column) {
        return db.query("select %s from pg_settings where name = $1".formatted(column), name)
                .one(row -> row.get(0, String.class))
                .block(PATIENCE);
    }

    @Test
    void aSettingOfASessionThatOthersShareIsRefused() {
        pooler = PgBouncer.inFrontOf(cluster.primary(), List.of("default_pool_size = 1"));
        db = Databases.start(config(pooler.url() + PgBouncer.URL_OPTIONS).build());

        DatabaseException refused = catchThrowableOfType(
                DatabaseException.class,
                () -> db.withConnection(
                                ConnectionOptions.write(),
                                conn -> Mono.from(conn.setStatementTimeout(Duration.ofMillis(1234))))
                        .block(PATIENCE));

        assertThat(refused).isInstanceOf(LeaseMisuseException.class);
        assertThat(refused.code()).isEqualTo("SESSION_IS_SHARED");
        assertThat(setting("statement_timeout")).isEqualTo("0");
    }

    @Test
    void aParameterThatThePoolerRefusesIsNamedWithTheRemedy() {
        pooler = PgBouncer.inFrontOf(cluster.primary(), List.of("ignore_startup_parameters ="));

        DatabaseException refused = catchThrowableOfType(
                DatabaseException.class,
                () -> db = ReactiveDatabaseManager.start(
                                config(pooler.url() + PgBouncer.URL_OPTIONS).build())
                        .block(PATIENCE));

        assertThat(refused).hasMessageContaining("unsupported startup parameter: extra_float_digits");
        assertThat(refused).hasMessageContaining("ignore_startup_parameters = extra_float_digits");
    }

    /** Another session of the server may have prepared the statement anew, with columns of other types: text reads right as what it is. */
    @Test
    void wholeNumbersComeAsTextThroughAPooler() {
        pooler = PgBouncer.inFrontOf(cluster.primary(), List.of("pool_mode = session"));
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", pooler.port())) {
            db = Databases.startBehind(proxy);
            Mono<Long> sum = db.query("select $1::int8 from generate_series(1, 1000)", 1_234_567_890_123_456_789L)
                    .map(row -> row.get(0, Long.class) % 10)
                    .reduce(0L, Long::sum);

            for (int i = 0; i < 3; i++) {
                proxy.resetCounters();
                assertThat(sum.block(PATIENCE)).isEqualTo(9_000);
                assertThat(proxy.bytes(Direction.TO_CLIENT)).isGreaterThan(1000 * (11 + 19));
            }
            db.shutdown().block(PATIENCE);
        }
    }

    /** What the pooler does when it leads to a session that does not know the statement, done by hand: the column is another one by then. */
    @Test
    void aStatementThatAnotherSessionPreparedReadsAsWhatItIsThere() {
        pooler = PgBouncer.inFrontOf(cluster.primary(), List.of("pool_mode = session"));
        cluster.primary()
                .execute("drop table if exists item; create table item (id int, price int);"
                        + " insert into item values (1, 12)");
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", pooler.port())) {
            db = Databases.startBehind(proxy);
            Query price = db.query("select price from item where id = $1", 1);
            assertThat(price.one(row -> row.get(0, Integer.class)).block(PATIENCE))
                    .isEqualTo(12);
            String name = db.query(
                            "select name from pg_prepared_statements where statement like $1",
                            "select price from item%")
                    .one(row -> row.get(0, String.class))
                    .block(PATIENCE);
            db.query("deallocate \"%s\"".formatted(name)).rowsUpdated().block(PATIENCE);
            cluster.primary().execute("alter table item alter price type numeric(10, 2) using price + 0.5");
            db.query("do $do$ begin execute 'prepare \"%s\" (int) as select price from item where id = $1'; end $do$"
                            .formatted(name))
                    .rowsUpdated()
                    .block(PATIENCE);

            assertThat(price.one(row -> row.get(0, BigDecimal.class)).block(PATIENCE))
                    .isEqualTo("12.50");
            assertThat(price.one(row -> row.get(0, String.class)).block(PATIENCE))
                    .isEqualTo("12.50");
            db.shutdown().block(PATIENCE);
        }
    }

    /**
     * Named statements belong to a session; PgBouncer before 1.21 does not carry them along. Even the probe may be hit, and then
     * calls wait for a primary: so they are few at a time and soon over, until one of them has met such a statement.
     */
    @Test
    void theErrorOfAStatementThatAnotherClientHasPreparedNamesTheOption() {
        List<String> settings = new ArrayList<>(PgBouncer.withoutPreparedStatements());
        settings.add("default_pool_size = 1");
        pooler = PgBouncer.inFrontOf(cluster.primary(), settings);
        db = Databases.start(config(pooler.url()).retry(RetryPolicy.none()).build());

        Databases.await(
                "an error that names the option",
                () -> refusedOfEightAtOnce().stream()
                        .anyMatch(error -> error.getMessage().contains("preparedStatementCacheQueries=0")));
    }

    private List<DatabaseException> refusedOfEightAtOnce() {
        return Flux.range(0, 8)
                .flatMap(i -> db.query("select $1::int", i)
                        .timeout(Duration.ofSeconds(2))
                        .one(row -> row.get(0, Integer.class))
                        .then(Mono.<DatabaseException>empty())
                        .onErrorResume(DatabaseException.class, Mono::just))
                .collectList()
                .block(PATIENCE);
    }
}
