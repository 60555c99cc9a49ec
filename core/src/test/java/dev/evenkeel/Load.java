package dev.evenkeel;

import dev.evenkeel.testkit.PostgresNode;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Readers and writers that go on whatever happens, and remember what they were told. Each write is a row of its own, so that
 * afterwards it can be seen whether an acknowledged one is missing or any is there twice.
 */
final class Load {

    static final String TABLE =
            "drop table if exists written; create table written (id int, node int default inet_server_port())";

    private static final String INSERT = "insert into written values ($1) returning node,"
            + " ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int as timeline";

    /**
     * A write that was acknowledged.
     *
     * @param node port of the server that it was sent to
     * @param sentNanos from before it was sent, when its connection was there
     */
    record Write(int id, int node, int timeline, long sentNanos, long acknowledgedNanos) {

        private Write acknowledgedNow() {
            return new Write(id, node, timeline, sentNanos, System.nanoTime());
        }
    }

    static final String DOUBLED = "select id from written group by id having count(*) > 1";

    private static final Duration PAUSE = Duration.ofMillis(3);

    private final ReactiveDatabaseManager db;
    private final AtomicInteger ids = new AtomicInteger();
    private final Queue<Write> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failedWrites = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failedReads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final int writers;
    private volatile boolean going = true;
    private volatile long lastWriteNanos = System.nanoTime();
    private Disposable running;

    private Load(ReactiveDatabaseManager db, int writers) {
        this.db = db;
        this.writers = writers;
    }

    static Load start(ReactiveDatabaseManager db, int writers, int readers) {
        Load load = new Load(db, writers);
        load.running = Flux.merge(
                        Flux.range(0, writers).flatMap(i -> load.again(load.write()), writers),
                        Flux.range(0, Math.max(1, readers))
                                .flatMap(
                                        i -> readers == 0 ? Mono.empty() : load.again(load.read()),
                                        Math.max(1, readers)))
                .subscribe();
        return load;
    }

    private Flux<Long> again(Mono<?> call) {
        return Flux.defer(() -> call.then(Mono.delay(PAUSE))).repeat(() -> going);
    }

    private Mono<Write> write() {
        return Mono.defer(() -> {
            int id = ids.incrementAndGet();
            TransactionOptions named =
                    TransactionOptions.builder().label("write " + id).build();
            return db.inTransaction(named, conn -> write(id, conn, System.nanoTime()))
                    .map(Write::acknowledgedNow)
                    .doOnNext(done -> {
                        acknowledged.add(done);
                        lastWriteNanos = done.acknowledgedNanos();
                    })
                    .onErrorResume(error -> {
                        failedWrites.add(error);
                        return Mono.empty();
                    });
        });
    }

    private Mono<Write> write(int id, Connection connection, long sentNanos) {
        return db.query(INSERT, id)
                .on(connection)
                .one(row -> new Write(
                        id, row.get("node", Integer.class), row.get("timeline", Integer.class), sentNanos, sentNanos));
    }

    private Mono<Long> read() {
        return db.query("select count(*) from written")
                .readOnly(ReadConsistency.EVENTUAL)
                .one(row -> row.get(0, Long.class))
                .doOnNext(count -> reads.incrementAndGet())
                .onErrorResume(error -> {
                    failedReads.add(error);
                    return Mono.empty();
                });
    }

    int writers() {
        return writers;
    }

    /** In the order in which they were acknowledged. */
    List<Write> acknowledged() {
        return List.copyOf(acknowledged);
    }

    int reads() {
        return reads.get();
    }

    List<Throwable> failedWrites() {
        return List.copyOf(failedWrites);
    }

    List<Throwable> failedReads() {
        return List.copyOf(failedReads);
    }

    /** Waits for a write that is acknowledged from now on; returns how long that took. */
    Duration nextWrite() {
        long now = System.nanoTime();
        Databases.await("a write is acknowledged", () -> lastWriteNanos - now > 0);
        return Duration.ofNanos(lastWriteNanos - now);
    }

    Load stop() {
        going = false;
        Databases.await("all callers have ended", running::isDisposed);
        return this;
    }

    /** Acknowledged writes that this node does not have. */
    Set<Integer> missingOn(PostgresNode node) {
        return missingAmong(node.queryAll("select id from written"));
    }

    /** Acknowledged writes that are not among these. */
    Set<Integer> missingAmong(Collection<String> ids) {
        Set<Integer> missing = new TreeSet<>();
        acknowledged.forEach(write -> missing.add(write.id()));
        ids.forEach(id -> missing.remove(Integer.valueOf(id)));
        return missing;
    }

    /** Writes that this node has more than once. */
    static List<String> doubledOn(PostgresNode node) {
        return node.queryAll(DOUBLED);
    }
}
