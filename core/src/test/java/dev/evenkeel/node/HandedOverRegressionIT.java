package dev.evenkeel.node;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.Databases;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A caller goes away while another thread is still on its way back from handing his statement to the driver: the session is broken off
 * then, and the server was not asked to stop what it was doing there.
 */
@WithPostgres
class HandedOverRegressionIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    HandedOverRegressionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        PoolConfig one = PoolConfig.builder().minSize(1).maxSize(1).build();
        // What has left arrives: without the proxy the server's answer would meet a closed socket, and might make it
        // forget the rest.
        db = Databases.startBehind(cluster.proxy(cluster.primary()), one);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    /** BEGIN has left the other thread's hands, and his statement has not: what comes from here in between would take the BEGIN away. */
    @Test
    void whatHeHandsOverAfterwardsIsNoTransactionOfItsOwn() {
        cluster.primary().execute("drop table if exists handed_over; create table handed_over (v int)");
        Lease lease = (Lease) db.getConnection(ConnectionOptions.write()).block(PATIENCE);
        LentConnection lent = lease.delegate();
        Integer session = Flux.from(
                        lent.createStatement("select pg_backend_pid()").execute())
                .concatMap(result -> result.map((row, metadata) -> row.get(0, Integer.class)))
                .blockLast(PATIENCE);
        AtomicBoolean loopGoesOn = new AtomicBoolean();
        lease.onItsLoop(() -> {
            while (!loopGoesOn.get()) {
                Thread.onSpinWait();
            }
        });
        lent.copying("").watch().handOver();
        Mono.from(lent.beginTransaction()).block(PATIENCE);
        Connection raw = lent.unwrap();

        Disposable release = lease.release().subscribe();
        Disposable insert = Flux.from(raw.createStatement("insert into handed_over values (1)")
                        .execute())
                .concatMap(Result::getRowsUpdated)
                .onErrorComplete()
                .subscribe();
        loopGoesOn.set(true);

        await("it is given back", release::isDisposed);
        await("the statement has ended", insert::isDisposed);
        await(
                "the server has ended the session",
                () -> cluster.primary()
                        .queryOne("select count(*) from pg_stat_activity where pid = " + session)
                        .equals("0"));
        assertThat(cluster.primary().queryOne("select count(*) from handed_over"))
                .isEqualTo("0");
    }

    private String running() {
        return cluster.primary()
                .queryOne(
                        "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(60)'");
    }

    @Test
    void theServerIsAskedToStopAlsoWhenTheSessionIsBrokenOff() {
        Disposable call = db.withConnection(ConnectionOptions.write(), conn -> {
                    String sql = "select pg_sleep(60)";
                    ((Lease) conn).delegate().copying(sql).watch().handOver();
                    return Flux.from(conn.createStatement(sql).execute())
                            .concatMap(Result::getRowsUpdated)
                            .then();
                })
                .subscribe();
        await("it runs", () -> running().equals("1"));

        call.dispose();

        await("the server has stopped it", () -> running().equals("0"));
        assertThat(db.query("select 1").one(row -> row.get(0, Integer.class)).block(PATIENCE))
                .isOne();
    }
}
