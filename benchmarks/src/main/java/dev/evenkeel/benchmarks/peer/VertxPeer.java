package dev.evenkeel.benchmarks.peer;

import io.vertx.core.Future;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collector;
import reactor.core.publisher.Mono;

/** The client of Vert.x, called from its own event loops, as a verticle would. */
public final class VertxPeer implements Peer {

    /** What goes out on a connection before an answer has come back; 1 is one statement after the other. */
    private static final int PIPELINED = 256;

    /** As long as with the others. And its timer, when it races with a hand-over, fires all the same, and logs an error. */
    private static final int UNBOUNDED = 0;

    private final String name;
    private final VertxLoops loops;
    private final Pool pool;

    private VertxPeer(String name, Server server, int pipelining) {
        this.name = name;
        this.loops = VertxLoops.start();
        this.pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(CONNECTIONS).setConnectionTimeout(UNBOUNDED))
                .connectingTo(PgConnectOptions.fromUri(server.postgresUrl())
                        .setCachePreparedStatements(true)
                        .setPipeliningLimit(pipelining))
                .using(loops.vertx())
                .build();
    }

    public static Peer open(Server server) {
        return new VertxPeer("Vert.x", server, 1);
    }

    public static Peer openPipelined(Server server) {
        return new VertxPeer("Vert.x pipelined", server, PIPELINED);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Callers callers() {
        return loops.callers();
    }

    @Override
    public Mono<Account> pointSelect(int id) {
        return emitted(() -> pool.preparedQuery(Data.POINT_SELECT)
                .execute(Tuple.of(id))
                .map(VertxPeer::only)
                .map(row -> new Account(row.getInteger(0), row.getString(1), row.getLong(2))));
    }

    @Override
    public Mono<Long> deposit(int id) {
        return emitted(() -> pool.withTransaction(connection ->
                connection.preparedQuery(Data.DEPOSIT).execute(Tuple.of(id)).map(VertxPeer::updated)));
    }

    @Override
    public Mono<Long> transaction(int id) {
        return emitted(() -> pool.withTransaction(connection -> connection
                .preparedQuery(Data.DEPOSIT)
                .execute(Tuple.of(id))
                .compose(deposit -> connection.preparedQuery(Data.BALANCE).execute(Tuple.of(id)))
                .map(rows -> only(rows).getLong(0))));
    }

    /** A collector sees each row when it is decoded, and keeps none: cheaper than a cursor, but without backpressure. */
    @Override
    public Mono<Long> rows(int count, Consumer<? super Item> taker) {
        return emitted(() -> items(count, taker).execute(Tuple.of(count)).map(SqlResult::value));
    }

    private PreparedQuery<SqlResult<Long>> items(int count, Consumer<? super Item> taker) {
        return pool.preparedQuery(Data.items(count))
                .collecting(Collector.<Row, long[], Long>of(
                        () -> new long[1],
                        (seen, row) -> {
                            taker.accept(new Item(row.getInteger(0), row.getString(1), row.getLong(2)));
                            seen[0]++;
                        },
                        (one, other) -> new long[] {one[0] + other[0]},
                        seen -> seen[0]));
    }

    /** One Sync at the end makes the batch one transaction. */
    @Override
    public Mono<Long> insert(List<Item> rows) {
        return emitted(() -> pool.preparedQuery(Data.INSERT)
                .executeBatch(rows.stream()
                        .map(row -> Tuple.of(row.id(), row.name(), row.price()))
                        .toList())
                .map(VertxPeer::updated));
    }

    @Override
    public Mono<Long> insertArrays(Columns rows) {
        return emitted(() -> pool.preparedQuery(Data.INSERT_ARRAYS)
                .execute(Tuple.tuple()
                        .addArrayOfInteger(rows.ids())
                        .addArrayOfString(rows.names())
                        .addArrayOfLong(rows.prices()))
                .map(VertxPeer::updated));
    }

    @Override
    public Mono<Boolean> lease() {
        return emitted(() -> pool.withConnection(connection -> Future.succeededFuture(true)));
    }

    private static Row only(RowSet<Row> rows) {
        return rows.iterator().next();
    }

    /** A batch has a result for each of its members. */
    private static long updated(RowSet<Row> first) {
        long sum = 0;
        for (RowSet<Row> result = first; result != null; result = result.next()) {
            sum += result.rowCount();
        }
        return sum;
    }

    private static <T> Mono<T> emitted(Supplier<Future<T>> operation) {
        return Mono.create(sink -> operation.get().onComplete(sink::success, sink::error));
    }

    @Override
    public void close() {
        pool.close().await();
        loops.close();
    }
}
