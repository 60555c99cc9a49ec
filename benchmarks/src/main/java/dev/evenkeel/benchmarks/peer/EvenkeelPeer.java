package dev.evenkeel.benchmarks.peer;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.PoolConfig;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Evenkeel without further modules: probes, statistics, deadlines, retries, and somebody who watches its health. */
public class EvenkeelPeer implements Peer {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The other pools let any number wait for any time, so nobody is sent away here either. */
    private static final int MOST_IN_FLIGHT = 10_000;

    private final ReactiveDatabaseManager db;
    private final Disposable watcher;

    EvenkeelPeer(ReactiveDatabaseManager db) {
        this.db = db;
        this.watcher = db.health().subscribe();
    }

    public static Peer open(Server server) {
        return new EvenkeelPeer(database(server));
    }

    /** A manager with a full pool. */
    public static ReactiveDatabaseManager database(Server server) {
        DatabaseConfig.Builder config = DatabaseConfig.builder()
                .primary(server.r2dbcUrl())
                .pool(PoolConfig.builder()
                        .minSize(CONNECTIONS)
                        .maxSize(CONNECTIONS)
                        .maxQueue(MOST_IN_FLIGHT)
                        .queueTarget(PoolConfig.DEFAULT_ACQUIRE_TIMEOUT)
                        .build());
        server.replicaUrls().forEach(config::replica);
        return Objects.requireNonNull(
                ReactiveDatabaseManager.start(config.build()).block(PATIENCE));
    }

    @Override
    public String name() {
        return "Evenkeel without monitoring";
    }

    @Override
    public Mono<Account> pointSelect(int id) {
        return db.query(Data.POINT_SELECT, id).readOnly().one(Account::of);
    }

    @Override
    public Mono<Long> deposit(int id) {
        return db.inTransaction(
                connection -> db.query(Data.DEPOSIT, id).on(connection).rowsUpdated());
    }

    @Override
    public Mono<Long> transaction(int id) {
        return db.inTransaction(connection -> db.query(Data.DEPOSIT, id)
                .on(connection)
                .rowsUpdated()
                .then(db.query(Data.BALANCE, id).on(connection).one(Account::balance)));
    }

    @Override
    public Mono<Long> declaredTransaction(int id) {
        return db.inTransaction(connection -> db.query(Data.DEPOSIT, id)
                .on(connection)
                .rowsUpdated()
                .then(db.query(Data.BALANCE, id).on(connection).andCommit().one(Account::balance)));
    }

    @Override
    public Mono<Long> transactionInOne(int id) {
        return db.query(Data.BALANCE, id).after(db.query(Data.DEPOSIT, id)).one(Account::balance);
    }

    @Override
    public Mono<Long> rows(int count, Consumer<? super Item> taker) {
        return db.query(Data.items(count), count)
                .readOnly()
                .map(Item::of)
                .doOnNext(taker)
                .count();
    }

    @Override
    public Mono<Long> insert(List<Item> rows) {
        return db.insertInto("entry", "id", "name", "price")
                .rows(Flux.fromIterable(rows).map(row -> List.of(row.id(), row.name(), row.price())))
                .last();
    }

    @Override
    public Mono<Long> insertArrays(Columns rows) {
        return db.query(Data.INSERT_ARRAYS, rows.ids(), rows.names(), rows.prices())
                .rowsUpdated();
    }

    @Override
    public Mono<Boolean> lease() {
        return db.withConnection(ConnectionOptions.read(), connection -> Mono.just(true));
    }

    @Override
    public void close() {
        watcher.dispose();
        db.shutdown().block(PATIENCE);
    }
}
