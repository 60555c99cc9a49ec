package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A statement of ours was written between the messages of a cursor of the driver's, whose reader had failed or was not known to us: it
 * got rows of the cursor, and the driver waited for ever.
 */
@WithPostgres
class CursorRegressionIT {

    private static final String ROWS = "select g, repeat('x', 2000) from generate_series(1, $1::int) g";
    private static final int ATTEMPTS = 20;

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    CursorRegressionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder()
                                .minSize(0)
                                .maxSize(1)
                                .lanes(0)
                                .build())
                        .callTimeout(Duration.ofSeconds(10))
                        .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMinutes(1))));
        leaks.watch("leased connections", () -> db.metrics().leased());
        known(7).block(PATIENCE);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Query query(int number) {
        return db.query("select $1::int, 'known'", number);
    }

    private static String read(Row row) {
        return row.get(0, Integer.class) + row.get(1, String.class);
    }

    private Mono<String> known(int number) {
        return query(number).one(CursorRegressionIT::read);
    }

    private Mono<String> known(Connection conn, int number) {
        return query(number).on(conn).one(CursorRegressionIT::read);
    }

    private static String refuse() {
        throw new IllegalStateException("not this row");
    }

    @Test
    void aMappingThatThrowsOverACursorLeavesItsRowsToNobody() {
        for (int i = 0; i < ATTEMPTS; i++) {
            int number = i;
            List<String> answers = db.withConnectionMany(
                            ConnectionOptions.write(),
                            conn -> Flux.concat(
                                    known(conn, number),
                                    db.query(ROWS, 3000)
                                            .on(conn)
                                            .fetchSize(1000)
                                            .map(row -> refuse())
                                            .onErrorResume(refused -> known(conn, -number))))
                    .collectList()
                    .block(PATIENCE);

            assertThat(answers).containsExactly(number + "known", -number + "known");
            assertThat(known(100 + number).block(PATIENCE)).isEqualTo(100 + number + "known");
        }
    }

    @Test
    void whatFailsAtTheEndOfItsLeaseLeavesNothingToTheNextOne() {
        for (int i = 0; i < ATTEMPTS; i++) {
            int number = i;
            String next = db.query(ROWS, 3000)
                    .fetchSize(1000)
                    .map(row -> refuse())
                    .onErrorResume(refused -> known(number))
                    .blockLast(PATIENCE);

            assertThat(next).isEqualTo(number + "known");
        }
    }

    @Test
    void aCursorOfTheUnwrappedConnectionIsNotInterrupted() {
        for (int i = 0; i < ATTEMPTS; i++) {
            int number = i;
            List<String> answers = db.withConnectionMany(
                            ConnectionOptions.write(),
                            conn -> Flux.concat(known(conn, number), someRows(conn, 3), known(conn, -number)))
                    .collectList()
                    .block(PATIENCE);

            assertThat(answers).containsExactly(number + "known", "1", "2", "3", -number + "known");
        }
    }

    /** A mapping that throws says nothing about what was done before. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasWrittenBeforeAMappingThatThrowsIsCommitted(boolean byAutoCommit) {
        cluster.primary().execute("drop table if exists kept; create table kept (id int)");
        Function<Connection, Mono<Void>> work = conn -> db.query("insert into kept values ($1)", 1)
                .on(conn)
                .rowsUpdated()
                .thenMany(Flux.from(conn.createStatement(ROWS)
                                .bind("$1", 3000)
                                .fetchSize(1000)
                                .execute())
                        .concatMap(result -> result.map((row, metadata) -> refuse()))
                        .onErrorResume(IllegalStateException.class, refused -> Flux.empty()))
                .then();
        Mono<Void> all = byAutoCommit
                ? db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Mono.from(conn.setAutoCommit(false))
                                .then(work.apply(conn))
                                .then(Mono.from(conn.setAutoCommit(true))))
                : db.inTransaction(work);

        all.block(PATIENCE);

        assertThat(cluster.primary().queryOne("select count(*) from kept")).isEqualTo("1");
        assertThat(known(5).block(PATIENCE)).isEqualTo("5known");
    }

    private static Flux<String> someRows(Connection conn, int count) {
        PostgresqlConnection drivers = ((Wrapped<?>) conn).unwrap(PostgresqlConnection.class);
        return Flux.from(drivers.createStatement(ROWS)
                        .bind("$1", 3000)
                        .fetchSize(1000)
                        .execute())
                .concatMap(result -> result.map((row, metadata) -> String.valueOf(row.get(0, Integer.class))))
                .take(count);
    }
}
