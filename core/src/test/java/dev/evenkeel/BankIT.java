package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.NodeRole;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.IsolationLevel;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Jepsen's bank: money moves between ten accounts while the server is killed again and again, and none appears or is lost. */
@WithPostgres(isolated = true)
class BankIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");

    /** For each isolation level; the campaign's are minutes: {@code -Devenkeel.test.bank=120}. */
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("evenkeel.test.bank", 4));

    private static final Duration BETWEEN_CRASHES = Duration.ofMillis(1500);
    private static final int ACCOUNTS = 10;
    private static final int TOTAL = 1_000;
    private static final int TELLERS = 8;

    private final PostgresCluster cluster;
    private final AtomicInteger transfers = new AtomicInteger();
    private final AtomicInteger audits = new AtomicInteger();
    private final Queue<Long> wrongTotals = new ConcurrentLinkedQueue<>();
    private ReactiveDatabaseManager db;
    private volatile boolean open = true;

    BankIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists account; create table account (id int primary key, balance int not null"
                        + " check (balance >= 0)); insert into account select g, %d from generate_series(0, %d) g"
                                .formatted(TOTAL / ACCOUNTS, ACCOUNTS - 1));
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

    private TransactionOptions options(String isolation) {
        return TransactionOptions.builder()
                .isolation(IsolationLevel.valueOf(isolation))
                .retry(RetryPolicy.builder().maxAttempts(20).build())
                .build();
    }

    private Mono<Void> transfer(TransactionOptions options) {
        int from = ThreadLocalRandom.current().nextInt(ACCOUNTS);
        int to = (from + 1 + ThreadLocalRandom.current().nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        int amount = 1 + ThreadLocalRandom.current().nextInt(5);
        return db.inTransaction(
                        options,
                        conn -> db.query("select balance from account where id = $1", from)
                                .on(conn)
                                .one(row -> row.get(0, Integer.class))
                                .filter(balance -> balance >= amount)
                                .flatMap(balance -> db.query(
                                                "update account set balance = $2 where id = $1", from, balance - amount)
                                        .on(conn)
                                        .rowsUpdated()
                                        .then(db.query("select balance from account where id = $1", to)
                                                .on(conn)
                                                .one(row -> row.get(0, Integer.class)))
                                        .flatMap(other -> db.query(
                                                        "update account set balance = $2 where id = $1",
                                                        to,
                                                        other + amount)
                                                .on(conn)
                                                .rowsUpdated())))
                .doOnNext(done -> transfers.incrementAndGet())
                .then();
    }

    private Mono<Void> audit(TransactionOptions options) {
        return db.inTransaction(
                        options,
                        conn -> db.query("select sum(balance) from account")
                                .on(conn)
                                .one(row -> row.get(0, Long.class)))
                .doOnNext(total -> {
                    audits.incrementAndGet();
                    if (total != TOTAL) {
                        wrongTotals.add(total);
                    }
                })
                .then();
    }

    private Flux<Void> again(Mono<Void> work) {
        return work.onErrorResume(unlucky -> Mono.delay(Duration.ofMillis(20)).then())
                .repeat(() -> open);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SERIALIZABLE", "REPEATABLE READ"})
    void theTotalIsTheSameInEveryRead(String isolation) {
        TransactionOptions options = options(isolation);
        Disposable bank = Flux.merge(
                        Flux.range(0, TELLERS).flatMap(i -> again(Mono.defer(() -> transfer(options))), TELLERS),
                        Flux.range(0, 2).flatMap(i -> again(Mono.defer(() -> audit(options))), 2))
                .subscribe();
        int crashes = 0;
        long end = System.nanoTime() + TIME.toNanos();
        while (System.nanoTime() - end < 0) {
            Mono.delay(BETWEEN_CRASHES).block(PATIENCE);
            cluster.kill(cluster.primary());
            cluster.restart(cluster.primary());
            await("the server is back", () -> cluster.primary().role() == NodeRole.PRIMARY);
            crashes++;
            int before = transfers.get();
            await("the bank goes on", () -> transfers.get() > before);
        }
        open = false;
        await("the tellers are done", bank::isDisposed);

        figures.info("bank, {}: {} transfers, {} audits, {} crashes", isolation, transfers, audits, crashes);
        assertThat(wrongTotals).isEmpty();
        assertThat(audits).hasPositiveValue();
        assertThat(cluster.primary().queryOne("select sum(balance) from account"))
                .isEqualTo(String.valueOf(TOTAL));
    }
}
