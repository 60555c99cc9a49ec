package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A table changes its shape while connections hold prepared statements for it. */
@WithPostgres
class StalePlanIT {

    private final PostgresCluster cluster;
    private final AtomicInteger runs = new AtomicInteger();
    private ReactiveDatabaseManager db;

    StalePlanIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists item; create table item (id int primary key, name text);"
                        + " insert into item values (1, 'a')");
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder().minSize(0).maxSize(1).build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private void addColumn() {
        cluster.primary().execute("alter table item add column c%d int".formatted(runs.get()));
    }

    private Mono<Integer> readTwoWays() {
        return db.inTransaction(conn -> {
            runs.incrementAndGet();
            return db.query("select * from item where id = $1", 1)
                    .on(conn)
                    .one(row -> row.getMetadata().getColumnMetadatas().size())
                    .zipWhen(first -> db.query("select item.*, 1 from item where name = $1", "a")
                            .on(conn)
                            .one(row -> row.getMetadata().getColumnMetadatas().size() - 1))
                    .map(both -> Math.max(both.getT1(), both.getT2()));
        });
    }

    @Test
    void aTransactionRunsAgainUntilAllItsPlansAreFresh() {
        assertThat(readTwoWays().block(PATIENCE)).isEqualTo(2);
        addColumn();

        assertThat(readTwoWays().block(PATIENCE)).isEqualTo(3);

        assertThat(runs)
                .as("once before, then once for each stale plan and once more")
                .hasValue(4);
    }

    @Test
    void aTransactionThatMetAStalePlanInAJoinedOneRunsAgainAndCommitsRegression() {
        Mono<Integer> outer = db.inTransaction(conn -> readTwoWays());
        assertThat(outer.block(PATIENCE)).isEqualTo(2);
        addColumn();

        assertThat(outer.block(PATIENCE)).isEqualTo(3);
    }

    @Test
    void aStreamThatHasEmittedNothingRunsAgain() {
        Flux<Integer> columns = db.inTransactionMany(
                TransactionOptions.defaults(),
                conn -> db.query("select * from item where id = $1", 1)
                        .on(conn)
                        .map(row -> row.getMetadata().getColumnMetadatas().size()));
        columns.blockLast(PATIENCE);
        addColumn();

        StepVerifier.create(columns).expectNext(3).verifyComplete();
    }

    @Test
    void aStatementThatFollowsASwallowedErrorDoesNotRunAgain() {
        Mono<Long> swallowing = db.inTransaction(conn -> {
            runs.incrementAndGet();
            return db.query("insert into item values ($1, $2)", 1, "again")
                    .on(conn)
                    .rowsUpdated()
                    .onErrorResume(
                            duplicate -> db.query("select $1::int8", 5).on(conn).one(row -> row.get(0, Long.class)));
        });

        StepVerifier.create(swallowing)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                QueryFailedException.class,
                                aborted -> assertThat(aborted.code()).isEqualTo("25P02")));
        assertThat(runs).hasValue(1);
    }

    private void forgetAllStatements() {
        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> db.query("deallocate all").on(conn).rowsUpdated())
                .block(PATIENCE);
    }

    private Mono<Long> rename(Connection conn, String name) {
        return db.query("update item set name = $1 where id = 1", name).on(conn).rowsUpdated();
    }

    private String name() {
        return cluster.primary().queryOne("select name from item where id = 1");
    }

    @Test
    void aSessionThatHasForgottenItsStatementsAndWithThemBeginDoesNotRunAnythingOutsideOfATransaction() {
        db.inTransaction(conn -> rename(conn, "b")).block(PATIENCE);

        forgetAllStatements();
        StepVerifier.create(db.inTransaction(
                        conn -> rename(conn, "c").then(Mono.error(new IllegalStateException("not this time")))))
                .verifyError(IllegalStateException.class);
        assertThat(name()).isEqualTo("b");

        forgetAllStatements();
        db.inTransaction(conn -> rename(conn, "d").then(rename(conn, "e"))).block(PATIENCE);
        assertThat(name()).isEqualTo("e");

        forgetAllStatements();
        db.inTransaction(conn -> db.query("update item set name = $1 where id = 1", "f")
                        .on(conn)
                        .andCommit()
                        .rowsUpdated())
                .block(PATIENCE);
        assertThat(name()).isEqualTo("f");

        forgetAllStatements();
        StepVerifier.create(db.query("select name from item where id = $1", 1)
                        .after(db.query("update item set name = $1 where id = 1", "g"))
                        .one(row -> row.get(0, String.class)))
                .expectNext("g")
                .verifyComplete();
        assertThat(name()).isEqualTo("g");
    }

    @Test
    void aTransactionOfTheSpiBeginsWithAFreshStatementAlthoughTheSessionHasForgottenBegin() {
        db.inTransaction(conn -> rename(conn, "b")).block(PATIENCE);
        forgetAllStatements();

        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Mono.from(conn.beginTransaction())
                                .thenMany(
                                        Flux.from(conn.createStatement("update item set name = $1 || name where id = 1")
                                                        .bind(0, "c")
                                                        .execute())
                                                .concatMap(Result::getRowsUpdated))
                                .then(Mono.from(conn.rollbackTransaction())))
                .block(PATIENCE);

        assertThat(name()).isEqualTo("b");
    }
}
