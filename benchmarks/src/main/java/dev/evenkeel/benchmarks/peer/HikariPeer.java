package dev.evenkeel.benchmarks.peer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/** JDBC with the pool that most use, blocking: each caller has a thread. */
public final class HikariPeer implements Peer {

    /** More platform threads than this hardly anybody gives to an application. */
    private static final int MOST_THREADS = 256;

    private final String name;
    private final HikariDataSource pool;
    private final ExecutorService threads;
    private final int mostThreads;

    /** What is done with a connection. */
    @FunctionalInterface
    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private HikariPeer(String name, Server server, ExecutorService threads, int mostThreads) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.jdbcUrl());
        config.setMaximumPoolSize(CONNECTIONS);
        config.addDataSourceProperty("reWriteBatchedInserts", true);
        this.name = name;
        this.pool = new HikariDataSource(config);
        this.threads = threads;
        this.mostThreads = mostThreads;
    }

    public static Peer open(Server server) {
        return new HikariPeer("HikariCP", server, Executors.newFixedThreadPool(MOST_THREADS), MOST_THREADS);
    }

    /** Needs a JDK that {@linkplain VirtualThreads#known() knows} them. */
    public static Peer openVirtual(Server server) {
        return new HikariPeer("HikariCP virtual threads", server, VirtualThreads.onePerTask(), Integer.MAX_VALUE);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Callers callers() {
        return new Callers(threads, mostThreads, true);
    }

    @Override
    public Mono<Account> pointSelect(int id) {
        return leased(connection -> JdbcStatements.pointSelect(connection, id));
    }

    @Override
    public Mono<Long> deposit(int id) {
        return committed(connection -> JdbcStatements.deposit(connection, id));
    }

    @Override
    public Mono<Long> transaction(int id) {
        return committed(connection -> {
            JdbcStatements.deposit(connection, id);
            return JdbcStatements.balance(connection, id);
        });
    }

    /** A page as it comes; more rows than that come through a cursor, which the driver only has in a transaction. */
    @Override
    public Mono<Long> rows(int count, Consumer<? super Item> taker) {
        Work<Long> read = connection -> JdbcStatements.rows(connection, count, taker);
        return count <= JdbcStatements.FETCH_SIZE ? leased(read) : committed(read);
    }

    @Override
    public Mono<Long> insert(List<Item> rows) {
        return committed(connection -> JdbcStatements.insert(connection, rows));
    }

    @Override
    public Mono<Long> insertArrays(Columns rows) {
        return leased(connection -> JdbcStatements.insertArrays(connection, rows));
    }

    @Override
    public Mono<Boolean> lease() {
        return leased(connection -> true);
    }

    private <T> Mono<T> leased(Work<T> work) {
        return Mono.fromCallable(() -> {
            try (Connection connection = pool.getConnection()) {
                return work.on(connection);
            }
        });
    }

    /** Hikari rolls back what an exception leaves open, and turns commits of their own on again. */
    private <T> Mono<T> committed(Work<T> work) {
        return leased(connection -> {
            connection.setAutoCommit(false);
            T value = work.on(connection);
            connection.commit();
            return value;
        });
    }

    @Override
    public void close() {
        threads.shutdownNow();
        pool.close();
    }
}
