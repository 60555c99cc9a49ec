package dev.evenkeel.benchmarks.peer;

import dev.evenkeel.ReactiveDatabaseManager;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import io.r2dbc.postgresql.util.LogLevel;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Plain R2DBC, as Spring Data uses it: on the stack that Evenkeel stands on, which is the driver with the options that Evenkeel sets
 * and its pool, or on Evenkeel's own {@code ConnectionFactory}.
 */
public final class R2dbcPoolPeer implements Peer {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String name;
    private final Mono<Connection> connections;
    private final Mono<Void> end;

    private R2dbcPoolPeer(String name, Mono<Connection> connections, Mono<Void> end) {
        this.name = name;
        this.connections = connections;
        this.end = end;
    }

    public static Peer open(Server server) {
        ConnectionPool pool = pool(server);
        return new R2dbcPoolPeer("r2dbc-pool", pool.create(), pool.disposeLater());
    }

    public static Peer openOnEvenkeel(Server server) {
        ReactiveDatabaseManager db = EvenkeelPeer.database(server);
        return new R2dbcPoolPeer(
                "Evenkeel by the SPI",
                Mono.from(db.connectionFactory().create()).cast(Connection.class),
                db.shutdown());
    }

    /** A full pool. */
    public static ConnectionPool pool(Server server) {
        ConnectionFactoryOptions options = ConnectionFactoryOptions.builder()
                .from(ConnectionFactoryOptions.parse(server.r2dbcUrl()))
                .option(PostgresqlConnectionFactoryProvider.PREPARED_STATEMENT_CACHE_QUERIES, 256)
                .option(PostgresqlConnectionFactoryProvider.AUTODETECT_EXTENSIONS, false)
                .option(PostgresqlConnectionFactoryProvider.TCP_KEEPALIVE, true)
                .option(PostgresqlConnectionFactoryProvider.ERROR_RESPONSE_LOG_LEVEL, LogLevel.DEBUG)
                .build();
        ConnectionPool pool = new ConnectionPool(ConnectionPoolConfiguration.builder(ConnectionFactories.get(options))
                .initialSize(CONNECTIONS)
                .maxSize(CONNECTIONS)
                .build());
        pool.warmup().block(PATIENCE);
        return pool;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mono<Account> pointSelect(int id) {
        return Mono.usingWhen(
                connections,
                connection -> Flux.from(connection
                                .createStatement(Data.POINT_SELECT)
                                .bind(0, id)
                                .execute())
                        .concatMap(result -> result.map(Account::of))
                        .next(),
                Connection::close);
    }

    @Override
    public Mono<Long> deposit(int id) {
        return committed(connection ->
                R2dbcStatements.updated(connection.createStatement(Data.DEPOSIT).bind(0, id)));
    }

    @Override
    public Mono<Long> transaction(int id) {
        return committed(connection -> R2dbcStatements.updated(
                        connection.createStatement(Data.DEPOSIT).bind(0, id))
                .then(balance(connection, id)));
    }

    private static Mono<Long> balance(Connection connection, int id) {
        return Flux.from(connection.createStatement(Data.BALANCE).bind(0, id).execute())
                .concatMap(result -> result.map(Account::balance))
                .next();
    }

    private Mono<Long> committed(Function<Connection, Mono<Long>> work) {
        return Mono.usingWhen(
                connections,
                connection -> Mono.from(connection.beginTransaction())
                        .then(Mono.defer(() -> work.apply(connection)))
                        .flatMap(value ->
                                Mono.from(connection.commitTransaction()).thenReturn(value))
                        .onErrorResume(failure ->
                                Mono.from(connection.rollbackTransaction()).then(Mono.error(failure))),
                Connection::close);
    }

    @Override
    public Mono<Long> rows(int count, Consumer<? super Item> taker) {
        return Flux.usingWhen(
                        connections,
                        connection -> Flux.from(connection
                                        .createStatement(Data.items(count))
                                        .bind(0, count)
                                        .execute())
                                .concatMap(result -> result.map(Item::of)),
                        Connection::close)
                .doOnNext(taker)
                .count();
    }

    @Override
    public Mono<Long> insert(List<Item> rows) {
        return committed(connection -> R2dbcStatements.insert(connection, rows));
    }

    @Override
    public Mono<Long> insertArrays(Columns rows) {
        return Mono.usingWhen(
                connections, connection -> R2dbcStatements.insertArrays(connection, rows), Connection::close);
    }

    @Override
    public Mono<Boolean> lease() {
        return Mono.usingWhen(connections, connection -> Mono.just(true), Connection::close);
    }

    @Override
    public void close() {
        end.block(PATIENCE);
    }
}
