package dev.evenkeel.benchmarks;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.PostgresCluster;
import java.time.Duration;
import java.util.Objects;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Evenkeel without further modules: probes, statistics, deadlines, retries, and somebody who watches its health. */
public class EvenkeelPeer implements Peer {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ReactiveDatabaseManager db;
    private final Disposable watcher;

    EvenkeelPeer(ReactiveDatabaseManager db) {
        this.db = db;
        this.watcher = db.health().subscribe();
    }

    static Peer open(PostgresCluster cluster) {
        return new EvenkeelPeer(database(cluster));
    }

    /** A manager with a full pool. */
    public static ReactiveDatabaseManager database(PostgresCluster cluster) {
        DatabaseConfig config = DatabaseConfig.builder()
                .primary(cluster.url(cluster.primary()))
                .pool(PoolConfig.builder()
                        .minSize(CONNECTIONS)
                        .maxSize(CONNECTIONS)
                        .build())
                .build();
        return Objects.requireNonNull(ReactiveDatabaseManager.start(config).block(PATIENCE));
    }

    @Override
    public String name() {
        return "Evenkeel";
    }

    @Override
    public Mono<Account> pointSelect(int id) {
        return db.query(Data.POINT_SELECT, id).readOnly().one(Account::of);
    }

    @Override
    public Mono<Long> transaction(int id) {
        return db.inTransaction(connection -> db.query(Data.DEPOSIT, id)
                .on(connection)
                .rowsUpdated()
                .then(db.query(Data.BALANCE, id).on(connection).one(Account::balance)));
    }

    @Override
    public Flux<Item> rows(int count) {
        return db.query(Data.ITEMS, count).readOnly().map(Item::of);
    }

    @Override
    public void close() {
        watcher.dispose();
        db.shutdown().block(PATIENCE);
    }
}
