package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
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
