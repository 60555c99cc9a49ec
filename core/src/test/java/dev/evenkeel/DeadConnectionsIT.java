package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.ConnectionLostException;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A device on the way has forgotten all connections: nobody notices before he uses his. */
@WithPostgres(isolated = true)
class DeadConnectionsIT {

    /** Twice as many as a call has attempts. */
    private static final int SIZE = 6;

    private final PostgresCluster cluster;
    private FaultProxy device;
    private ReactiveDatabaseManager db;

    DeadConnectionsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private void start(int lanes) {
        db = Databases.start(
                cluster,
                config -> config.primary("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(device.port()))
                        .pool(PoolConfig.builder()
                                .minSize(SIZE)
                                .maxSize(SIZE)
                                .lanes(lanes)
                                .build())
                        .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMinutes(1))));
        await("all are open", () -> device.connections() >= 1 + SIZE + lanes);
    }

    @BeforeEach
    void open() {
        device = FaultProxy.to(cluster.primary().host(), cluster.primary().port());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
        device.close();
    }

    private Mono<Integer> transaction() {
        return db.inTransaction(
                connection -> db.query("select 1").on(connection).one(row -> row.get(0, Integer.class)));
    }

    private Mono<Integer> read() {
        return db.query("select 1").readOnly().one(row -> row.get(0, Integer.class));
    }

    @Test
    void aTransactionOutlivesMoreOfThemThanItHasAttempts() {
        start(0);
        device.forget();

        assertThat(transaction().block(PATIENCE)).isEqualTo(1);
        assertThat(Flux.range(0, 4 * SIZE)
                        .flatMap(call -> transaction(), SIZE)
                        .count()
                        .block(PATIENCE))
                .isEqualTo(4L * SIZE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aReadDoesToo(int lanes) {
        start(lanes);
        device.forget();

        assertThat(read().block(PATIENCE)).isEqualTo(1);
        assertThat(Flux.range(0, 4 * SIZE).flatMap(call -> read(), SIZE).count().block(PATIENCE))
                .isEqualTo(4L * SIZE);
    }

    /** Nobody has had that row: the only one of an answer comes when the answer is complete. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aReadOfOneRowIsMadeAgainWhenItsSessionEndsBehindThatRow(int lanes) {
        startAndDoom(lanes);

        assertThat(db.query("select i from generate_series(1, 2) i where i = 1 or doomed()")
                        .readOnly()
                        .<Integer>one(row -> row.get(0, Integer.class))
                        .block(PATIENCE))
                .isEqualTo(1);
    }

    @Test
    void soIsAnIdempotentWriteWhoseSessionEndsBehindTheNumberOfItsRows() {
        cluster.primary().execute("create table written (id int primary key)");
        startAndDoom(0);
        cluster.primary().execute("""
                        create function at_the_end() returns trigger language plpgsql as
                            $$ begin perform doomed(); return null; end $$;
                        create constraint trigger at_the_end after insert on written
                            deferrable initially deferred for each row execute function at_the_end()
                        """);

        assertThat(db.query("insert into written values (1) on conflict do nothing")
                        .idempotent()
                        .rowsUpdated()
                        .block(PATIENCE))
                .isEqualTo(1);
    }

    @Test
    void aReadOfManyRowsIsNotMadeAgainOnceItsCallerHasOne() {
        startAndDoom(0);

        List<Integer> had = new CopyOnWriteArrayList<>();
        assertThatThrownBy(() -> db.query("select i from generate_series(1, 2) i where i = 1 or doomed()")
                        .readOnly()
                        .<Integer>map(row -> row.get(0, Integer.class))
                        .doOnNext(had::add)
                        .blockLast(PATIENCE))
                .isInstanceOf(ConnectionLostException.class);
        assertThat(had).containsExactly(1);
    }

    /** Whoever calls {@code doomed()} on a session of today ends it; on others that is false. */
    private void startAndDoom(int lanes) {
        start(lanes);
        cluster.primary().execute("""
                        drop table if exists sessions;
                        create table sessions as select pid from pg_stat_activity where application_name = 'evenkeel';
                        create or replace function doomed() returns boolean volatile language plpgsql as $$ begin
                            perform pg_terminate_backend(pid) from sessions where pid = pg_backend_pid();
                            return false;
                        end $$
                        """);
    }

    /** Of a server that is dying the probe's session may be the last to end. */
    @Test
    void theNodeIsAskedThroughANewConnectionWhenOneWasLost() {
        cluster.primary().execute("""
                        create sequence turn;
                        create function ends_the_first() returns int language plpgsql as $$ begin
                            if nextval('turn') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
                            return 1;
                        end $$
                        """);
        start(0);
        String before = probe();

        db.query("select ends_the_first()").readOnly().one(row -> 1).block(PATIENCE);

        await("another probe", () -> !probe().equals(before));
    }

    private String probe() {
        return cluster.primary()
                .queryOne("select coalesce(max(pid), 0)::text from pg_stat_activity"
                        + " where query like '%pg_is_in_recovery%' and pid <> pg_backend_pid()");
    }
}
