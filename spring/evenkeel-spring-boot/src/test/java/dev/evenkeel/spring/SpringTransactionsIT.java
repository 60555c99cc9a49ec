package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.PATIENCE;
import static dev.evenkeel.spring.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.LeasedConnection;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.TransactionConflictException;
import dev.evenkeel.spring.app.Note;
import dev.evenkeel.testkit.PostgresCluster;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.r2dbc.BadSqlGrammarException;
import org.springframework.r2dbc.core.DatabaseClient;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Spring's transactions and repositories: where they run, how they end. */
class SpringTransactionsIT extends NotesFixture {

    private static final int CANCELS = Integer.getInteger("evenkeel.test.cancels", 200);

    SpringTransactionsIT(PostgresCluster cluster) {
        super(cluster);
    }

    @Test
    void readOnlyTransactionsReachTheReplicaAndAllElseThePrimary() {
        repository.save(new Note(null, "first")).block(PATIENCE);
        awaitReplicaServes();

        assertThat(notes.reading(notes.port()).block(PATIENCE)).isEqualTo(replicaPort());
        assertThat(notes.supportingReads(notes.port()).block(PATIENCE)).isEqualTo(replicaPort());
        assertThat(notes.writing(notes.port()).block(PATIENCE)).isEqualTo(primaryPort());
        assertThat(notes.port().block(PATIENCE)).as("undeclared").isEqualTo(primaryPort());
        awaitReplicaServes();
        assertThat(notes.reading(repository.port()).block(PATIENCE)).isEqualTo(replicaPort());
        assertThat(repository.port().block(PATIENCE)).isIn(primaryPort(), replicaPort());
    }

    /**
     * First the writes of earlier tests must be where replicas are. Their position is looked at when they have ended, and if the insert is in
     * the log by then, it is part of it; but without another commit the server sends an insert to no replica before its transaction ends.
     */
    @Test
    void anOpenTransactionKeepsNobodysReadsFromTheReplica() {
        awaitReplicaServes();
        Sinks.One<Integer> end = Sinks.one();
        Disposable open =
                notes.writing(notes.insert("debit", 100).then(end.asMono())).subscribe();
        await("it is open", () -> db.metrics().leased() == 1);

        awaitReplicaServes();

        end.tryEmitValue(1).orThrow();
        await("it has ended", open::isDisposed);
    }

    @Test
    void aReadRightAfterAWriteSeesIt() {
        for (int i = 0; i < 30; i++) {
            Long id = repository.save(new Note(null, "note " + i)).map(Note::id).block(PATIENCE);
            assertThat(notes.find(id).block(PATIENCE)).isNotNull();
        }
    }

    /** Spring hands out a wrapper that knows nothing of ours. */
    @Test
    void copyIsPartOfSpringsTransaction() {
        DatabaseClient client = context.getBean(DatabaseClient.class);
        Mono<Long> copied = client.inConnection(connection -> LeasedConnection.of(connection)
                .copyIn("copy debit from stdin", Flux.just("7001\n7002\n".getBytes(StandardCharsets.UTF_8))));
        long before = ids("debit");

        assertThatThrownBy(() -> notes.writing(copied.then(Mono.error(new IllegalStateException("changed my mind"))))
                        .block(PATIENCE))
                .hasMessage("changed my mind");
        assertThat(ids("debit")).isEqualTo(before);

        assertThat(notes.writing(copied).block(PATIENCE)).isEqualTo(2);
        assertThat(ids("debit")).isEqualTo(before + 2);
    }

    @Test
    void propagatesAsDeclared() {
        cluster.primary().execute("truncate debit, credit");
        RuntimeException no = new IllegalStateException("no");

        Mono<Void> independent = notes.writing(notes.insert("debit", 1)
                .then(notes.apart(notes.insert("credit", 1)))
                .then(Mono.error(no)));
        assertThatThrownBy(() -> independent.block(PATIENCE)).isSameAs(no);
        assertThat(ids("debit")).isZero();
        assertThat(ids("credit")).isOne();

        Mono<Void> nested = notes.writing(notes.insert("debit", 2)
                .then(notes.nested(notes.insert("credit", 2).then(Mono.<Void>error(no)))
                        .onErrorComplete())
                .then(notes.nested(notes.insert("credit", 3))));
        nested.block(PATIENCE);
        assertThat(ids("debit")).isOne();
        assertThat(cluster.primary().queryAll("select id from credit order by 1"))
                .containsExactly("1", "3");

        Long seen = notes.writing(notes.insert("debit", 4).then(notes.outside(notes.count("debit"))))
                .block(PATIENCE);
        assertThat(seen).as("from outside").isOne();

        Mono<List<Integer>> joined = notes.writing(notes.session().zipWith(notes.reading(notes.session()), List::of));
        assertThat(Set.copyOf(joined.block(PATIENCE))).as("one session").hasSize(1);

        assertThatThrownBy(() ->
                        notes.reading(notes.writing(notes.insert("debit", 5))).block(PATIENCE))
                .isInstanceOf(PermissionDeniedDataAccessException.class);
    }

    @Test
    void aTimeoutHoldsForTheWholeTransactionAndTheServerKnowsIt() {
        assertThatThrownBy(() -> notes.hasty(notes.sleep(60)).block(PATIENCE))
                .isInstanceOf(QueryTimeoutException.class)
                .hasStackTraceContaining("57014")
                .hasStackTraceContaining(DeadlineExceededException.class.getName());
        assertThatThrownBy(() -> notes.hasty(
                                notes.insert("debit", -9).then(notes.sleep(0.7)).then(notes.sleep(0.7)))
                        .block(PATIENCE))
                .isInstanceOf(QueryTimeoutException.class);
        assertThat(cluster.primary().queryOne("select count(*) from debit where id = -9"))
                .isEqualTo("0");
        assertThat(cluster.primary()
                        .queryOne(
                                "select count(*) from pg_stat_activity where state <> 'idle' and query like '%pg_sleep%'"
                                        + " and pid <> pg_backend_pid()"))
                .isEqualTo("0");
    }

    @Test
    void errorsAreOfSpringsKindAndHaveOursAsTheirCause() {
        assertThatThrownBy(() -> notes.writing(notes.insert("counter (id, n) select 1, 0 where 0 <", 1))
                        .block(PATIENCE))
                .isInstanceOf(BadSqlGrammarException.class);
        assertThatThrownBy(() -> notes.writing(notes.insert("only_once", 77).then(notes.insert("only_once", 77)))
                        .block(PATIENCE))
                .isInstanceOf(DuplicateKeyException.class)
                .hasCauseInstanceOf(R2dbcDataIntegrityViolationException.class)
                .satisfies(error -> assertThat(error.getCause()).hasCauseInstanceOf(DatabaseException.class));

        Mono<Void> conflict = notes.serializable(notes.count("counter")
                .then(notes.apart(notes.serializable(notes.count("counter").then(notes.increment(1)))))
                .then(notes.increment(1)));
        assertThatThrownBy(() -> conflict.block(PATIENCE))
                .isInstanceOf(CannotAcquireLockException.class)
                .satisfies(error -> assertThat(error.getCause().getCause())
                        .isInstanceOfSatisfying(
                                TransactionConflictException.class,
                                ours -> assertThat(ours.safeToRetry()).isTrue()));

        AtomicInteger deadlocks = new AtomicInteger();
        Mono.when(crossing(2, 3, deadlocks), crossing(3, 2, deadlocks)).block(PATIENCE);
        assertThat(deadlocks).hasValue(1);
    }

    private final ConcurrentHashMap<Integer, Sinks.One<Integer>> met = new ConcurrentHashMap<>();

    private Mono<Void> crossing(int first, int second, AtomicInteger deadlocks) {
        Mono<Integer> other = met.computeIfAbsent(second, id -> Sinks.one()).asMono();
        return notes.writing(notes.increment(first)
                        .doOnSuccess(done ->
                                met.computeIfAbsent(first, id -> Sinks.one()).tryEmitValue(first))
                        .then(other)
                        .then(notes.increment(second)))
                .onErrorResume(PessimisticLockingFailureException.class, error -> {
                    deadlocks.incrementAndGet();
                    return Mono.empty();
                });
    }

    @Test
    void cancelsAtRandomMomentsLeaveNothingHalfDone() {
        cluster.primary().execute("truncate debit, credit");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
        Flux.range(1, CANCELS)
                .flatMap(
                        id -> (id % 2 == 0
                                        ? notes.reading(notes.count("debit")).then(Mono.<Integer>empty())
                                        : notes.writing(notes.insert("debit", id)
                                                        .then(notes.nested(notes.insert("credit", id)))
                                                        .thenReturn(id))
                                                .doOnNext(acknowledged::add))
                                .takeUntilOther(Mono.delay(
                                        id % 5 == 0 ? PATIENCE : Duration.ofNanos(random.nextInt(20_000_000)),
                                        Schedulers.parallel())),
                        4)
                .then()
                .block(Duration.ofMinutes(5));

        await("all connections are back, seed " + seed, () -> db.metrics().leased() == 0);
        Set<String> debits = new TreeSet<>(cluster.primary().queryAll("select id from debit"));
        Set<String> credits = new TreeSet<>(cluster.primary().queryAll("select id from credit"));
        assertThat(debits)
                .as("seed %d", seed)
                .isEqualTo(credits)
                .containsAll(acknowledged.stream().map(String::valueOf).collect(Collectors.toSet()));
        assertThat(acknowledged).isNotEmpty();
    }
}
