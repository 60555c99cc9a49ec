package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A server that takes fewer connections than the pool would like to have (SQLSTATE 53300). */
@WithPostgres(user = "limited", database = "limited", isolated = true)
class SaturatedServerIT {

    private static final org.slf4j.Logger figures = LoggerFactory.getLogger("figures");

    private static final int WANTED = 10;

    /** Of which the manager's probe takes one. */
    private static final int ALLOWED = 4;

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    SaturatedServerIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        allow(-1);
        db = Databases.start(
                cluster,
                config -> config.pool(
                        PoolConfig.builder().minSize(0).maxSize(WANTED).lanes(0).build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
        allow(-1);
    }

    private void allow(int connections) {
        cluster.primary().execute("alter role limited connection limit " + connections);
    }

    private Mono<Integer> call() {
        return db.query("select 1 from pg_sleep(0.02)").one(row -> row.get(0, Integer.class));
    }

    private int open() {
        PoolMetrics pool = db.metrics().pools().values().iterator().next();
        return pool.active() + pool.idle();
    }

    private String refusals() {
        return String.valueOf(cluster.logTail(cluster.primary())
                .lines()
                .filter(line -> line.contains("too many connections for role"))
                .count());
    }

    @Test
    void callsShareTheConnectionsThatThereAreAndNoneFails() {
        allow(ALLOWED);

        assertThat(Flux.range(0, 200).flatMap(i -> call(), 50).count().block(PATIENCE))
                .isEqualTo(200);

        figures.info("saturated: at least {} refused logins for 200 calls", refusals());
    }

    @Test
    void thePoolGrowsAsSoonAsTheServerLetsIt() {
        allow(ALLOWED);
        Disposable load = Flux.range(0, 50)
                .flatMap(i -> call().repeat(), 50)
                .subscribe(done -> {}, failure -> figures.error("must not fail", failure));
        await("all that are allowed", () -> open() >= ALLOWED - 1);

        long freed = System.nanoTime();
        allow(-1);
        await("all that are wanted", () -> open() == WANTED);
        figures.info("saturated: full again {} ms after slots were free", (System.nanoTime() - freed) / 1_000_000);

        assertThat(load.isDisposed()).as("nothing has failed").isFalse();
        load.dispose();
        await("all is quiet", () -> db.metrics().leased() == 0);
    }

    @Test
    void whoeverCannotGetTheFirstConnectionIsToldThatTheServerHasTooMany() {
        allow(1);

        StepVerifier.create(call().timeout(PATIENCE))
                .expectErrorSatisfies(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(NodeUnavailableException.class, full -> {
                            assertThat(full.code()).isEqualTo("53300");
                            assertThat(full.safeToRetry()).isTrue();
                        }))
                .verify(Duration.ofSeconds(30));
    }

    @Test
    void theStartWarnsOfAPoolThatTheServerCannotFill() {
        allow(ALLOWED);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger startup = (Logger) LoggerFactory.getLogger("dev.evenkeel.assembly.Capacity");
        startup.addAppender(said);
        try {
            Databases.start(cluster).shutdown().block(PATIENCE);
        } finally {
            startup.detachAppender(said);
        }

        assertThat(said.list).singleElement().satisfies(warning -> {
            assertThat(warning.getLevel()).isEqualTo(Level.WARN);
            assertThat(warning.getFormattedMessage())
                    .contains("may open 8 connections", "takes 4", "set pool.maxSize to 1 at most", "pool.lanes");
        });
    }
}
