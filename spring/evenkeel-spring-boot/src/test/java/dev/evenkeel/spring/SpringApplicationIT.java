package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.PATIENCE;
import static dev.evenkeel.spring.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.TransactionConflictException;
import dev.evenkeel.spring.app.Note;
import dev.evenkeel.spring.app.NoteRepository;
import dev.evenkeel.spring.app.Notes;
import dev.evenkeel.spring.app.NotesApplication;
import dev.evenkeel.spring.app.NotesApplication.Requests;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.r2dbc.BadSqlGrammarException;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** A plain WebFlux and Spring Data R2DBC application on a primary and a replica. */
@WithPostgres(replicas = 1, isolated = true, pooledSessions = 8)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SpringApplicationIT {

    private static final int CONNECTIONS = 6;
    private static final int CANCELS = 200;

    private final PostgresCluster cluster;
    private ConfigurableApplicationContext context;
    private ReactiveDatabaseManager db;
    private Notes notes;
    private NoteRepository repository;
    private WebClient web;

    SpringApplicationIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void start(LeakCheck leaks) {
        PostgresNode replica = cluster.replicas().get(0);
        context = new SpringApplication(NotesApplication.class)
                .run(
                        "--spring.r2dbc.url=" + cluster.url(cluster.primary()),
                        "--evenkeel.replicas=%s:%d".formatted(replica.host(), replica.port()),
                        "--spring.r2dbc.pool.max-size=" + CONNECTIONS,
                        "--evenkeel.pool.min-size=0",
                        "--evenkeel.monitoring.probe-interval=50ms",
                        "--evenkeel.web.read-token.enabled=true",
                        "--evenkeel.web.read-token.secret=0123456789abcdef",
                        "--spring.application.name=notes",
                        "--spring.main.banner-mode=off",
                        "--server.port=0",
                        "--management.endpoints.web.exposure.include=health,evenkeel,evenkeelcontrol",
                        "--management.endpoint.evenkeelcontrol.access=unrestricted",
                        "--management.endpoint.health.show-details=always");
        db = context.getBean(ReactiveDatabaseManager.class);
        notes = context.getBean(Notes.class);
        repository = context.getBean(NoteRepository.class);
        int port =
                ((ReactiveWebServerApplicationContext) context).getWebServer().getPort();
        web = WebClient.create("http://localhost:" + port);
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterAll
    void stop() {
        context.close();
    }

    private int primaryPort() {
        return cluster.primary().port();
    }

    private int replicaPort() {
        return cluster.replicas().get(0).port();
    }

    private void awaitReplicaServes() {
        await("the replica has caught up", () -> notes.reading(notes.port()).block(PATIENCE) == replicaPort());
    }

    private long ids(String table) {
        return Long.parseLong(cluster.primary().queryOne("select count(*) from " + table));
    }

    @Test
    @Order(1)
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

    @Test
    @Order(2)
    void anOpenTransactionKeepsNobodysReadsFromTheReplica() {
        Sinks.One<Integer> end = Sinks.one();
        Disposable open =
                notes.writing(notes.insert("debit", 100).then(end.asMono())).subscribe();
        await("it is open", () -> db.metrics().leased() == 1);

        awaitReplicaServes();

        end.tryEmitValue(1).orThrow();
        await("it has ended", open::isDisposed);
    }

    @Test
    @Order(2)
    void aReadRightAfterAWriteSeesIt() {
        for (int i = 0; i < 30; i++) {
            Long id = repository.save(new Note(null, "note " + i)).map(Note::id).block(PATIENCE);
            assertThat(notes.find(id).block(PATIENCE)).isNotNull();
        }
    }

    @Test
    @Order(3)
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
    @Order(4)
    void aTimeoutHoldsForTheWholeTransactionAndTheServerKnowsIt() {
        assertThatThrownBy(() -> notes.hasty(notes.sleep(60)).block(PATIENCE))
                .isInstanceOf(QueryTimeoutException.class)
                .hasStackTraceContaining("57014")
                .hasStackTraceContaining(DeadlineExceededException.class.getName());
        assertThatThrownBy(() -> notes.hasty(
                                notes.insert("debit", 9).then(notes.sleep(0.7)).then(notes.sleep(0.7)))
                        .block(PATIENCE))
                .isInstanceOf(QueryTimeoutException.class);
        assertThat(cluster.primary().queryOne("select count(*) from debit where id = 9"))
                .isEqualTo("0");
        assertThat(cluster.primary()
                        .queryOne(
                                "select count(*) from pg_stat_activity where state <> 'idle' and query like '%pg_sleep%'"
                                        + " and pid <> pg_backend_pid()"))
                .isEqualTo("0");
    }

    @Test
    @Order(5)
    void errorsAreOfSpringsKindAndHaveOursAsTheirCause() {
        assertThatThrownBy(() -> notes.writing(notes.insert("counter (id, n) select 1, 0 where 0 <", 1))
                        .block(PATIENCE))
                .isInstanceOf(BadSqlGrammarException.class);
        cluster.primary().execute("create unique index if not exists only_once on credit (id)");
        assertThatThrownBy(() -> notes.writing(notes.insert("credit", 77).then(notes.insert("credit", 77)))
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
    @Order(6)
    void cancelsAtRandomMomentsLeaveNothingHalfDone() {
        cluster.primary().execute("drop index if exists only_once; truncate debit, credit");
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
                .block(Duration.ofMinutes(1));

        await("all connections are back, seed " + seed, () -> db.metrics().leased() == 0);
        Set<String> debits = new TreeSet<>(cluster.primary().queryAll("select id from debit"));
        Set<String> credits = new TreeSet<>(cluster.primary().queryAll("select id from credit"));
        assertThat(debits)
                .as("seed %d", seed)
                .isEqualTo(credits)
                .containsAll(acknowledged.stream().map(String::valueOf).collect(Collectors.toSet()));
        assertThat(acknowledged).isNotEmpty();
    }

    @Test
    @Order(7)
    void aRequestThatIsGivenUpStopsItsStatement() {
        Disposable request =
                web.get().uri("/slow").retrieve().toBodilessEntity().subscribe();
        String sleeping = "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(%'"
                + " and pid <> pg_backend_pid()";
        await("it sleeps", () -> cluster.primary().queryOne(sleeping).equals("1"));

        request.dispose();

        await("it was stopped", () -> cluster.primary().queryOne(sleeping).equals("0"));
        await("its connection is back", () -> db.metrics().leased() == 0);
    }

    @Test
    @Order(8)
    void healthAnswersWhileAllConnectionsAreInUse() {
        ConnectionFactory factory = context.getBean(ConnectionFactory.class);
        List<Connection> all = Flux.range(0, CONNECTIONS)
                .concatMap(i -> Mono.<Connection>from(factory.create()))
                .collectList()
                .block(PATIENCE);

        ResponseEntity<Map<String, Object>> health = json("/actuator/health").block(Duration.ofSeconds(10));

        assertThat(health.getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(health.getBody())
                .extractingByKey("components")
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsKey("evenkeel")
                .doesNotContainKey("r2dbc");
        Flux.fromIterable(all).concatMap(Connection::close).blockLast(PATIENCE);
    }

    private Mono<ResponseEntity<Map<String, Object>>> json(String path) {
        return web.get().uri(path).retrieve().toEntity(new ParameterizedTypeReference<Map<String, Object>>() {});
    }

    @Test
    @Order(9)
    void endpointsTellAndDo() {
        assertThat(json("/actuator/evenkeel").block(PATIENCE).getBody())
                .containsEntry("status", "HEALTHY")
                .containsKeys("nodes", "checks");
        String done = web.post()
                .uri("/actuator/evenkeelcontrol/rotate")
                .contentType(MediaType.APPLICATION_JSON)
                .retrieve()
                .bodyToMono(String.class)
                .block(PATIENCE);
        assertThat(done).contains("ROTATE");
    }

    @Test
    @Order(10)
    void aTokenCarriesWhatAClientWroteAndRequestsHaveTheNamesOfTheirRoutes() {
        Requests requests = context.getBean(Requests.class);
        requests.names().clear();
        ResponseEntity<Note> written = web.post()
                .uri("/notes")
                .bodyValue("with a token")
                .retrieve()
                .toEntity(Note.class)
                .block(PATIENCE);
        String token = written.getHeaders().getFirst("evenkeel-read");
        assertThat(token).isNotBlank();
        assertThat(written.getHeaders().getFirst("Set-Cookie"))
                .contains("evenkeel-read=" + token, "HTTPOnly", "SameSite=Lax");

        for (String carried : List.of(token, "forged")) {
            Note read = web.get()
                    .uri("/notes/" + written.getBody().id())
                    .header("evenkeel-read", carried)
                    .retrieve()
                    .bodyToMono(Note.class)
                    .block(PATIENCE);
            assertThat(carried.equals("forged") || written.getBody().equals(read))
                    .isTrue();
        }
        assertThat(requests.names()).contains("GET /notes/{id}", "POST /notes");
    }

    @Test
    @Order(11)
    void readersDoNotNoticeAFailover() {
        awaitReplicaServes();
        PostgresNode survivor = cluster.replicas().get(0);
        AtomicInteger reads = new AtomicInteger();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Disposable readers = Flux.range(0, 4)
                .flatMap(reader -> Mono.defer(() -> notes.reading(notes.port()))
                        .doOnNext(port -> reads.incrementAndGet())
                        .doOnError(failures::add)
                        .onErrorComplete()
                        .delayElement(Duration.ofMillis(2))
                        .repeat())
                .subscribe();
        await("readers read", () -> reads.get() > 20);

        cluster.kill(cluster.primary());
        int before = reads.get();
        await("reads go on", () -> reads.get() > before + 50);
        assertThat(json("/actuator/health").block(PATIENCE).getStatusCode()).isEqualTo(HttpStatus.OK);
        cluster.promote(survivor);
        Note written = repository.save(new Note(null, "after")).block(PATIENCE);

        readers.dispose();
        assertThat(failures).isEmpty();
        assertThat(notes.find(written.id()).block(PATIENCE)).isEqualTo(written);
        await("all connections are back", () -> db.metrics().leased() == 0);
    }
}
