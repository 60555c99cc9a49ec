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
import io.r2dbc.spi.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

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
        db = Databases.start(cluster, config -> config.pool(one));
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
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
