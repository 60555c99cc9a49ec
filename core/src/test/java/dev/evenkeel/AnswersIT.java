package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Wrapped;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One session has two who ask on it, the driver and the statements that go our way: each gets its own answers. */
@WithPostgres
class AnswersIT {

    private static final int STATEMENTS = 600;

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    AnswersIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Databases.start(cluster);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private static PostgresqlConnection driver(Connection connection) {
        return (PostgresqlConnection) ((Wrapped<?>) connection).unwrap();
    }

    private static Flux<String> byDriver(Connection connection, String sql) {
        return Flux.from(driver(connection).createStatement(sql).execute())
                .concatMap(result -> result.map(row -> row.get(0, String.class)));
    }

    private Flux<String> ours(Connection connection, String sql, Object... values) {
        return db.query(sql, values).on(connection).map(row -> row.get(0, String.class));
    }

    /** Statements of all kinds, which are sent without waiting for the answers of those before them. */
    private Flux<String> mixed(Connection connection, int number) {
        return switch (number % 6) {
            case 0 -> byDriver(connection, "select 'driver %d'".formatted(number));
            case 1, 2 -> ours(connection, "select 'ours ' || $1::int", number);
            case 3 ->
                byDriver(connection, "select 'many %d' from generate_series(1, 3)".formatted(number))
                        .takeLast(1);
            case 4 ->
                ours(connection, "select 'refused ' || 1 / ($1::int - $1::int)", number)
                        .onErrorResume(division -> Flux.just("refused " + number));
            default ->
                byDriver(connection, "set application_name = 'n%d'; notify answers, '%d'".formatted(number, number))
                        .thenMany(Flux.just("set " + number));
        };
    }

    private static String expected(int number) {
        return List.of("driver ", "ours ", "ours ", "many ", "refused ", "set ").get(number % 6) + number;
    }

    @Test
    void everybodyGetsItsOwnAnswersAndTheDriverWhatNobodyAskedFor() {
        List<String> notified = new CopyOnWriteArrayList<>();
        List<String> answers = db.withConnection(ConnectionOptions.write(), connection -> {
                    Disposable listening = driver(connection)
                            .getNotifications()
                            .subscribe(notification -> notified.add(notification.getParameter()));
                    return byDriver(connection, "listen answers")
                            .thenMany(Flux.range(0, STATEMENTS).flatMap(number -> mixed(connection, number), 40))
                            .collectList()
                            .flatMap(all -> Mono.fromRunnable(
                                            () -> await("the notifications", () -> notified.size() == STATEMENTS / 6))
                                    .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())
                                    .thenReturn(all))
                            .doFinally(end -> listening.dispose());
                })
                .block(PATIENCE);

        assertThat(answers)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, STATEMENTS)
                        .mapToObj(AnswersIT::expected)
                        .toList());
    }

    @Test
    void whatTheServerSaysOfTheTransactionIsKnownToTheDriverBehindEachAnswer() {
        List<Boolean> autoCommits = db.withConnection(ConnectionOptions.write(), connection -> {
                    PostgresqlConnection driver = driver(connection);
                    Mono<Boolean> look = Mono.fromSupplier(driver::isAutoCommit);
                    return Flux.concat(
                                    ours(connection, "select $1::text", "a").then(look),
                                    byDriver(connection, "begin").then(look),
                                    ours(connection, "select $1::text", "b").then(look),
                                    ours(connection, "select 1 / ($1::int - 1)", 1)
                                            .onErrorComplete()
                                            .then(look),
                                    byDriver(connection, "rollback").then(look),
                                    ours(connection, "select $1::text", "c").then(look))
                            .collectList();
                })
                .block(PATIENCE);

        assertThat(autoCommits).containsExactly(true, false, false, false, true, true);
    }
}
