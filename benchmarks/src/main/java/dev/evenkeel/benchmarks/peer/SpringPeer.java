package dev.evenkeel.benchmarks.peer;

import io.r2dbc.pool.ConnectionPool;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/** Spring's client and transactions on the pool of the baseline. */
public final class SpringPeer implements Peer {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ConnectionPool pool;
    private final DatabaseClient client;
    private final TransactionalOperator transactions;

    private SpringPeer(ConnectionPool pool) {
        this.pool = pool;
        this.client = DatabaseClient.create(pool);
        this.transactions = TransactionalOperator.create(new R2dbcTransactionManager(pool));
    }

    public static Peer open(Server server) {
        return new SpringPeer(R2dbcPoolPeer.pool(server));
    }

    @Override
    public String name() {
        return "Spring DatabaseClient";
    }

    @Override
    public Mono<Account> pointSelect(int id) {
        return client.sql(Data.POINT_SELECT).bind(0, id).map(Account::of).one();
    }

    @Override
    public Mono<Long> deposit(int id) {
        return client.sql(Data.DEPOSIT).bind(0, id).fetch().rowsUpdated().as(transactions::transactional);
    }

    @Override
    public Mono<Long> transaction(int id) {
        return client.sql(Data.DEPOSIT)
                .bind(0, id)
                .fetch()
                .rowsUpdated()
                .then(client.sql(Data.BALANCE).bind(0, id).map(Account::balance).one())
                .as(transactions::transactional);
    }

    @Override
    public Mono<Long> rows(int count, Consumer<? super Item> taker) {
        return client.sql(Data.items(count))
                .bind(0, count)
                .map(Item::of)
                .all()
                .doOnNext(taker)
                .count();
    }

    @Override
    public Mono<Long> insert(List<Item> rows) {
        return client.inConnection(connection -> R2dbcStatements.insert(connection, rows))
                .as(transactions::transactional);
    }

    @Override
    public Mono<Long> insertArrays(Columns rows) {
        return client.sql(Data.INSERT_ARRAYS)
                .bind(0, rows.ids())
                .bind(1, rows.names())
                .bind(2, rows.prices())
                .fetch()
                .rowsUpdated();
    }

    @Override
    public Mono<Boolean> lease() {
        return client.inConnection(connection -> Mono.just(true));
    }

    @Override
    public void close() {
        pool.disposeLater().block(PATIENCE);
    }
}
