package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.IsolationLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Many callers, few connections, the same rows. */
@WithPostgres
class ContentionIT {

    private static final int CALLERS = 64;

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    ContentionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists stock, sale;"
                        + "create table stock (product int primary key, left_over int not null);"
                        + "create table sale (product int, quantity int);"
                        + "insert into stock select g, 500 from generate_series(1, 5) g");
        db = Databases.start(
                cluster,
                config ->
                        config.pool(PoolConfig.builder().minSize(0).maxSize(10).build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Mono<Boolean> sell(TransactionOptions options, int product, int quantity) {
        return db.inTransaction(
                options,
                conn -> db.query("select left_over from stock where product = $1", product)
                        .on(conn)
                        .one(row -> row.get(0, Integer.class))
                        .filter(left -> left >= quantity)
                        .flatMap(left -> db.query("insert into sale values ($1, $2)", product, quantity)
                                .on(conn)
                                .rowsUpdated()
                                .then(db.query(
                                                "update stock set left_over = $2 where product = $1",
                                                product,
                                                left - quantity)
                                        .on(conn)
                                        .rowsUpdated()))
                        .thenReturn(true));
    }

    @Test
    void readModifyWriteUnderSerializableIsNeverLostHoweverManyCollide() {
        TransactionOptions serializable = TransactionOptions.builder()
                .isolation(IsolationLevel.SERIALIZABLE)
                .retry(RetryPolicy.builder().maxAttempts(100).build())
                .build();

        Flux.range(0, 640)
                .flatMap(i -> sell(serializable, i % 5 + 1, 1 + i % 7), CALLERS)
                .blockLast(PATIENCE);

        assertThat(cluster.primary()
                        .queryOne("select count(*) from stock s where left_over < 0 or left_over <> 500 -"
                                + " (select coalesce(sum(quantity), 0) from sale where sale.product = s.product)"))
                .isEqualTo("0");
        assertThat(db.metrics().retries()).as("some must have collided").isPositive();
    }
}
