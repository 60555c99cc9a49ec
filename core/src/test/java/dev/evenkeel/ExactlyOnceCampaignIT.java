package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.testkit.Cut;
import dev.evenkeel.testkit.CutAction;
import dev.evenkeel.testkit.CutPoint;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.NodeRole;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Many clients, each with a way to the server of its own that breaks at COMMIT every time, while the server is killed now and
 * then. Each client counts in a row of its own; a row tells how often its increments were really applied.
 */
@WithPostgres(
        isolated = true,
        settings = {"wal_writer_delay=10s", "bgwriter_delay=10s", "autovacuum=off"})
class ExactlyOnceCampaignIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");

    /** In all; the campaign's: {@code -Devenkeel.test.commits=10000}. */
    private static final int COMMITS = Integer.getInteger("evenkeel.test.commits", 40);

    private static final int CLIENTS = 20;
    private static final int MOST_ROUNDS = 10;
    private static final Duration BETWEEN_CRASHES = Duration.ofSeconds(15);

    private static final TransactionOptions ONCE = TransactionOptions.builder()
            .exactlyOnce()
            .timeout(Duration.ofSeconds(60))
            .retry(RetryPolicy.builder()
                    .maxAttempts(100)
                    .baseDelay(Duration.ofMillis(50))
                    .maxDelay(Duration.ofMillis(500))
                    .build())
            .build();

    private final PostgresCluster cluster;
    private final AtomicInteger done = new AtomicInteger();

    ExactlyOnceCampaignIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void prepare() {
        cluster.primary()
                .execute(
                        "drop table if exists counter, evenkeel_commit; create table counter (id int primary key, n int);"
                                + " insert into counter select g, 0 from generate_series(0, %d) g".formatted(CLIENTS));
        cluster.primary().execute(TransactionOptions.MARKER_TABLE);
    }

    /** A client behind a proxy of its own. */
    private final class Client implements AutoCloseable {

        private final int id;
        private final FaultProxy proxy;
        private final ReactiveDatabaseManager db;

        Client(int id) {
            this.id = id;
            this.proxy =
                    FaultProxy.to(cluster.primary().host(), cluster.primary().port());
            this.db = Databases.start(DatabaseConfig.builder()
                    .primary("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port()))
                    .pool(PoolConfig.builder().minSize(0).maxSize(2).build())
                    .monitoring(MonitoringConfig.defaults())
                    .build());
        }

        Mono<Long> increment(boolean extended) {
            return db.inTransaction(
                    ONCE,
                    conn -> (extended
                                    ? db.query("update counter set n = n + $1 where id = $2", 1, id)
                                    : db.query("update counter set n = n + 1 where id = " + id))
                            .on(conn)
                            .rowsUpdated());
        }

        /** Blocks until the increment is acknowledged. */
        void incrementThroughACut(int turn) {
            CutPoint[] points = CutPoint.values();
            CutAction action = turn / points.length % 2 == 0 ? CutAction.RESET : CutAction.BLACKHOLE;
            Cut cut = proxy.cutAt(points[turn % points.length], action);
            assertThat(increment(turn / points.length / 2 % 2 == 0).block(Duration.ofMinutes(2)))
                    .isEqualTo(1);
            cut.disarm();
            proxy.heal();
            int now = done.incrementAndGet();
            if (now % 500 == 0) {
                figures.info("{} of {} commits", now, COMMITS);
            }
        }

        /**
         * From now on it has only the connections that it has: its question after the outcome would make the server flush the
         * number of the lost transaction, if it came before the kill.
         */
        Mono<Void> lockOut() {
            return Mono.<Void>fromRunnable(proxy::refuse).subscribeOn(Schedulers.boundedElastic());
        }

        @Override
        public void close() {
            proxy.heal();
            db.shutdown().block(PATIENCE);
            proxy.close();
        }
    }

    @Test
    void everyIncrementOfManyClientsIsAppliedOnceWhateverBreaks() {
        List<Client> clients = new ArrayList<>();
        for (int id = 1; id <= CLIENTS; id++) {
            clients.add(new Client(id));
        }
        AtomicInteger crashes = new AtomicInteger();
        AtomicInteger doneAtCrash = new AtomicInteger(-1);
        // A thread of its own: the clients block as many as the shared scheduler has.
        Scheduler killer = Schedulers.newBoundedElastic(1, 1_000, "killer");
        CompletableFuture<Void> crashing = Flux.interval(BETWEEN_CRASHES.dividedBy(COMMITS < 1000 ? 15 : 1))
                .onBackpressureDrop()
                .publishOn(killer)
                .takeWhile(tick -> done.get() < COMMITS)
                // On a slow machine it would be down again before anybody has reached it, for ever.
                .filter(tick -> done.get() > doneAtCrash.get())
                .doOnNext(tick -> {
                    doneAtCrash.set(done.get());
                    cluster.kill(cluster.primary());
                    cluster.restart(cluster.primary());
                    crashes.incrementAndGet();
                })
                .then()
                .toFuture();
        int each = COMMITS / CLIENTS;

        Flux.fromIterable(clients)
                .flatMap(
                        client -> Mono.fromRunnable(() -> {
                                    for (int i = 0; i < each; i++) {
                                        client.incrementThroughACut(client.id + i);
                                    }
                                })
                                .subscribeOn(Schedulers.boundedElastic()),
                        CLIENTS)
                .then()
                .block(Duration.ofMinutes(5).plusSeconds(COMMITS));
        done.set(COMMITS);
        assertThat(crashing).succeedsWithin(Duration.ofSeconds(60));
        killer.dispose();
        assertThat(crashes).hasPositiveValue();
        await("the server is back", () -> cluster.primary().role() == NodeRole.PRIMARY);
        clients.forEach(Client::close);

        figures.info("exactly once: {} commits through cuts, {} crashes", each * CLIENTS, crashes);
        assertThat(cluster.primary().queryAll("select id || ': ' || n from counter where id > 0 and n <> " + each))
                .isEmpty();
    }

    /**
     * "Committed" is what the server would say of the transaction's number: it is somebody else's now. Whether the server gives
     * the number out again depends on what it has flushed when it is killed, so that is done until it does.
     */
    @Test
    void isNotFooledByAnotherTransactionThatGotTheSameNumber() {
        int rounds = 0;
        boolean reused = false;
        while (!reused && rounds < MOST_ROUNDS) {
            rounds++;
            reused = losesTheTransactionAndTakesItsNumber();
            assertThat(cluster.primary().queryOne("select n from counter where id = 0"))
                    .isEqualTo(String.valueOf(rounds));
        }
        assertThat(reused)
                .as("the number was given out again in one of %d rounds", rounds)
                .isTrue();
    }

    /** One increment whose first attempt is lost with the server; tells whether its number was somebody else's afterwards. */
    private boolean losesTheTransactionAndTakesItsNumber() {
        AtomicReference<String> number = new AtomicReference<>();
        AtomicReference<String> numberAfterTheCrash = new AtomicReference<>();
        AtomicInteger runs = new AtomicInteger();
        try (Client client = new Client(0)) {
            CompletableFuture<Void> killed = client.proxy
                    .cutAt(CutPoint.BEFORE_COMMIT_FORWARDED, CutAction.RESET)
                    .fired()
                    .thenRunAsync(() -> {
                        cluster.kill(cluster.primary());
                        cluster.restart(cluster.primary());
                        String next = cluster.primary().queryOne("select pg_current_xact_id()::text");
                        cluster.primary().execute("create table taken_%s ()".formatted(next));
                        numberAfterTheCrash.set(next);
                        client.proxy.listen();
                    });

            Long applied = client.db
                    .inTransaction(
                            ONCE,
                            conn -> client.db
                                    .query(
                                            "update counter set n = n + 1 where id = 0 returning pg_current_xact_id()::text")
                                    .on(conn)
                                    .one(row -> row.get(0, String.class))
                                    .flatMap(xid -> number.compareAndSet(null, xid) ? client.lockOut() : Mono.empty())
                                    .then(Mono.fromSupplier(() -> (long) runs.incrementAndGet())))
                    .block(PATIENCE);

            assertThat(killed).succeedsWithin(PATIENCE);
            assertThat(applied).as("the second run").isEqualTo(2);
        }
        return numberAfterTheCrash.get().equals(number.get());
    }
}
