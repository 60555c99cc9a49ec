package dev.evenkeel.node;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.Databases;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/**
 * A lease that was found to be valid a moment ago, and whose connection another thread has given to somebody else since: what it is
 * asked for then was counted, and run, as the other one's.
 */
@WithPostgres
class StaleLeaseRegressionIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    StaleLeaseRegressionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        PoolConfig one = PoolConfig.builder().minSize(1).maxSize(1).lanes(0).build();
        db = Databases.start(cluster, config -> config.pool(one));
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private static Publisher<Long> counted(Publisher<? extends Result> results) {
        return Flux.from(results).concatMap(Result::getRowsUpdated);
    }

    static Stream<Named<Function<LentConnection, Publisher<?>>>> uses() {
        return Stream.of(
                named(
                        "a statement",
                        conn -> counted(
                                conn.createStatement("select pg_sleep(0)").execute())),
                named(
                        "a statement with values",
                        conn -> counted(conn.createStatement("select $1::int")
                                .bind(0, 1)
                                .execute())),
                named(
                        "a batch",
                        conn -> counted(conn.createBatch().add("select 1").execute())),
                named("BEGIN", Connection::beginTransaction),
                named("a savepoint", conn -> conn.createSavepoint("s")),
                named("the driver's connection", conn -> Mono.fromSupplier(conn::unwrap)),
                named("a setting", conn -> conn.setStatementTimeout(Duration.ofSeconds(1))),
                named("COPY", conn -> conn.copying("copy (select 1) to stdout").out("copy (select 1) to stdout")));
    }

    @ParameterizedTest
    @MethodSource("uses")
    void isRefusedAlsoWhenSomebodyElseHasTheConnection(Function<LentConnection, Publisher<?>> use) {
        LentConnection stale = Objects.requireNonNull(db.withConnection(
                        ConnectionOptions.write(), conn -> Mono.fromSupplier(() -> ((Lease) conn).delegate()))
                .block(PATIENCE));

        Boolean untouched = db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Mono.fromRunnable(() ->
                                        StepVerifier.create(use.apply(stale)).verifyError(LeaseMisuseException.class))
                                .thenReturn(conn.isAutoCommit()))
                .block(PATIENCE);

        assertThat(untouched).isTrue();
        assertThat(db.query("show statement_timeout")
                        .one(row -> row.get(0, String.class))
                        .block(PATIENCE))
                .isEqualTo("0");
    }
}
