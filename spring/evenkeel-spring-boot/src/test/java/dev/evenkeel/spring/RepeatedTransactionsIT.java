package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.PATIENCE;
import static dev.evenkeel.spring.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.spring.app.Notes;
import dev.evenkeel.spring.app.NotesApplication;
import dev.evenkeel.spring.app.Repeated;
import dev.evenkeel.spring.app.Stock;
import dev.evenkeel.testkit.CutAction;
import dev.evenkeel.testkit.CutPoint;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.r2dbc.core.DatabaseClient;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Whole {@code @Transactional} methods that Spring repeats because {@link SafeToRetry} says so, on a real server behind a network that breaks. */
@WithPostgres(pooledSessions = 8)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepeatedTransactionsIT {

    private final PostgresCluster cluster;
    private final List<String> attempts = new CopyOnWriteArrayList<>();
    private ConfigurableApplicationContext context;
    private FaultProxy proxy;
    private Notes notes;
    private Repeated repeated;
    private DatabaseClient client;

    RepeatedTransactionsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void start(LeakCheck leaks) {
        proxy = cluster.proxy(cluster.primary());
        context = new SpringApplication(NotesApplication.class)
                .run(
                        "--spring.r2dbc.url=" + cluster.proxyUrl(cluster.primary()),
                        "--spring.r2dbc.pool.max-size=8",
                        "--evenkeel.pool.min-size=0",
                        "--evenkeel.monitoring.probe-interval=50ms",
                        "--spring.main.banner-mode=off",
                        "--server.port=0");
        notes = context.getBean(Notes.class);
        repeated = context.getBean(Repeated.class);
        client = context.getBean(DatabaseClient.class);
        ReactiveDatabaseManager db = context.getBean(ReactiveDatabaseManager.class);
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @BeforeEach
    void forget() {
        proxy.heal();
        attempts.clear();
        cluster.primary().execute("update counter set n = 0; truncate debit, only_once");
    }

    @AfterAll
    void stop() {
        context.close();
    }

    /** Notes the transaction that it runs in. */
    private Mono<Void> attempt() {
        return client.sql("select pg_current_xact_id()::text")
                .mapValue(String.class)
                .one()
                .doOnNext(attempts::add)
                .then();
    }

    /** Somebody else changes the row that we have seen, and is done before us. */
    private Mono<Void> rival() {
        return notes.apart(notes.increment(1));
    }

    private Mono<Void> unlessRepeated(Mono<Void> trouble) {
        return Mono.defer(() -> attempts.size() == 1 ? trouble : Mono.empty());
    }

    private Mono<Void> conflicting() {
        return attempt()
                .then(notes.count("counter"))
                .then(unlessRepeated(rival()))
                .then(notes.increment(1));
    }

    private void assertEnds(String... statuses) {
        List<String> ends = new ArrayList<>();
        for (String xid : attempts) {
            ends.add(cluster.primary().queryOne("select pg_xact_status('" + xid + "')"));
        }
        assertThat(attempts).doesNotHaveDuplicates();
        assertThat(ends).containsExactly(statuses);
    }

    private String counter(int id) {
        return cluster.primary().queryOne("select n from counter where id = " + id);
    }

    @Test
    void aSerializationFailureIsRepeatedInATransactionOfItsOwn() {
        repeated.one(conflicting()).block(PATIENCE);

        assertEnds("aborted", "committed");
        assertThat(counter(1)).isEqualTo("2");
    }

    @Test
    void soIsOneThatShowsAtCommitOnly() {
        Sinks.Empty<Void> otherHasRead = Sinks.empty();
        Sinks.Empty<Void> weHaveWritten = Sinks.empty();
        CompletableFuture<Void> other = notes.serializable(notes.count("counter")
                        .then(Mono.<Void>fromRunnable(otherHasRead::tryEmitEmpty))
                        .then(weHaveWritten.asMono())
                        .then(notes.increment(2)))
                .toFuture();

        repeated.one(attempt()
                        .then(notes.count("counter"))
                        .then(otherHasRead.asMono())
                        .then(notes.increment(1))
                        .then(Mono.<Void>fromRunnable(weHaveWritten::tryEmitEmpty))
                        .then(Mono.fromFuture(other)))
                .block(PATIENCE);

        assertEnds("aborted", "committed");
        assertThat(counter(1)).isEqualTo("1");
        assertThat(counter(2)).isEqualTo("1");
    }

    @Test
    void aConnectionThatWasLostBeforeCommitIsRepeated() {
        repeated.one(attempt()
                        .then(notes.insert("debit", 1))
                        .then(unlessRepeated(Mono.fromRunnable(proxy::reset)))
                        .then(notes.insert("debit", 2)))
                .block(PATIENCE);

        assertThat(attempts).hasSize(2);
        assertThat(cluster.primary().queryAll("select id from debit order by 1"))
                .containsExactly("1", "2");
    }

    @Test
    void theLastErrorComesWhenItConflictsAgainAndAgain() {
        Mono<Void> always = attempt().then(notes.count("counter")).then(rival()).then(notes.increment(1));

        StepVerifier.create(repeated.one(always))
                .expectErrorSatisfies(error -> {
                    assertThat(Exceptions.isRetryExhausted(error)).isTrue();
                    assertThat(error).hasCauseInstanceOf(CannotAcquireLockException.class);
                })
                .verify(PATIENCE);

        assertEnds("aborted", "aborted", "aborted");
        assertThat(counter(1)).isEqualTo("3");
    }

    @Test
    void whatIsNotSafeIsNotRepeated() {
        StepVerifier.create(repeated.one(
                        attempt().then(notes.insert("only_once", 1)).then(notes.insert("only_once", 1))))
                .expectError(DuplicateKeyException.class)
                .verify(PATIENCE);
        assertThat(attempts).hasSize(1);

        RuntimeException own = new IllegalStateException("the application's own");
        StepVerifier.create(repeated.one(attempt().then(Mono.error(own))))
                .expectErrorMatches(own::equals)
                .verify(PATIENCE);
        assertThat(attempts).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"AFTER_ANSWER_BEFORE_DELIVERY, 1", "BEFORE_COMMIT_FORWARDED, 0"})
    void aCommitWithoutAnAnswerIsNotRepeated(CutPoint point, String applied) {
        proxy.cutAt(point, CutAction.RESET);

        StepVerifier.create(repeated.one(attempt().then(notes.insert("debit", 3))))
                .expectError(CommitOutcomeUnknownException.class)
                .verify(PATIENCE);

        assertThat(attempts).hasSize(1);
        assertThat(cluster.primary().queryOne("select count(*) from debit")).isEqualTo(applied);
    }

    @Test
    void rowsThatWentOutDoNotComeTwice() {
        Flux<String> rows = Flux.concat(
                notes.count("counter").thenMany(Flux.just("first", "second")),
                rival().then(notes.increment(1)).then(Mono.<String>empty()));

        StepVerifier.create(repeated.many(rows))
                .expectNext("first", "second")
                .expectError(CannotAcquireLockException.class)
                .verify(PATIENCE);
    }

    @Test
    void theDocumentedExampleTakesTurns() {
        Stock stock = context.getBean(Stock.class);
        Sinks.Empty<Void> release = Sinks.empty();
        CompletableFuture<Void> holder = notes.writing(client.sql("select from stock where product = 1 for update")
                        .then()
                        .then(release.asMono()))
                .toFuture();
        await("the row is locked", () -> sessions("state = 'idle in transaction'") == 1);
        CompletableFuture<Void> both =
                Mono.when(stock.take(1, 3), stock.take(1, 4)).toFuture();
        await("both have read and want to write", () -> sessions("wait_event_type = 'Lock'") == 2);

        release.tryEmitEmpty();

        assertThat(holder).succeedsWithin(PATIENCE);
        assertThat(both).succeedsWithin(PATIENCE);
        assertThat(cluster.primary().queryOne("select pieces from stock where product = 1"))
                .isEqualTo("93");
    }

    private int sessions(String condition) {
        return Integer.parseInt(cluster.primary()
                .queryOne("select count(*) from pg_stat_activity where datname = current_database() and " + condition));
    }
}
