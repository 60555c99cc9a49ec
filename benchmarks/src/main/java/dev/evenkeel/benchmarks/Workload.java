package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.Columns;
import dev.evenkeel.benchmarks.peer.Data;
import dev.evenkeel.benchmarks.peer.Item;
import dev.evenkeel.benchmarks.peer.Peer;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import reactor.core.publisher.Mono;

/**
 * What is done over and over.
 *
 * @param name as the table calls it
 * @param inFlight how many at the same time
 * @param foreign whether those who call are application threads, which also get the answer, instead of the event loops
 * @param before a statement that makes the ground even for each peer; empty when none is needed
 * @param operation emits whether the answer was the expected one
 */
record Workload(String name, int inFlight, boolean foreign, String before, Function<Peer, Mono<Boolean>> operation) {

    static final String POINT_SELECT = "point select";
    static final String GROWTH = "point select, growing";
    static final String DEPOSIT = "transaction of one statement";
    static final String TRANSACTION = "transaction";
    static final String DECLARED = "transaction, last declared";
    static final String IN_ONE = "transaction in one write";
    static final String PAGE = "100 rows";

    private static final int PAGE_ROWS = 100;

    private static final List<Item> BATCH = IntStream.rangeClosed(1, 1_000)
            .mapToObj(id -> new Item(id, "entry " + id, id * 7L))
            .toList();
    private static final Columns BATCH_COLUMNS = Columns.of(BATCH);

    private Workload(String name, int inFlight, Function<Peer, Mono<Boolean>> operation) {
        this(name, inFlight, false, "", operation);
    }

    static Workload pointSelect(String name, int inFlight) {
        return new Workload(name, inFlight, Workload::pointSelect);
    }

    static Workload foreignPointSelect() {
        return new Workload("point select from 2 foreign threads", 64, true, "", Workload::pointSelect);
    }

    static Workload deposit(int inFlight) {
        return new Workload(
                DEPOSIT, inFlight, peer -> peer.deposit(Data.anyAccount()).map(changed -> changed == 1));
    }

    static Workload transaction(int inFlight) {
        return new Workload(
                TRANSACTION,
                inFlight,
                peer -> peer.transaction(Data.anyAccount()).map(balance -> balance > 0));
    }

    static Workload declaredTransaction(int inFlight) {
        return new Workload(
                DECLARED,
                inFlight,
                peer -> peer.declaredTransaction(Data.anyAccount()).map(balance -> balance > 0));
    }

    static Workload transactionInOne(int inFlight) {
        return new Workload(
                IN_ONE,
                inFlight,
                peer -> peer.transactionInOne(Data.anyAccount()).map(balance -> balance > 0));
    }

    static Workload page() {
        return new Workload(PAGE, 10, peer -> read(peer, PAGE_ROWS));
    }

    static Workload stream(int rows) {
        return new Workload("stream of %,d rows".formatted(rows), 1, peer -> read(peer, rows));
    }

    static Workload insert() {
        return new Workload(
                "insert of %,d rows".formatted(BATCH.size()),
                4,
                false,
                Data.TRUNCATE,
                peer -> peer.insert(BATCH).map(Workload::isBatch));
    }

    static Workload insertArrays() {
        return new Workload(
                "insert of %,d rows by unnest".formatted(BATCH.size()),
                4,
                false,
                Data.TRUNCATE,
                peer -> peer.insertArrays(BATCH_COLUMNS).map(Workload::isBatch));
    }

    /** From application threads: on an event loop some pools would answer at once, and nobody else had a turn. */
    static Workload lease() {
        return new Workload("lease and return", 64, true, "", Peer::lease);
    }

    private static Mono<Boolean> pointSelect(Peer peer) {
        int id = Data.anyAccount();
        return peer.pointSelect(id).map(account -> account.id() == id);
    }

    private static Mono<Boolean> read(Peer peer, int rows) {
        return peer.rows(rows, row -> {}).map(count -> count == rows);
    }

    private static boolean isBatch(long rows) {
        return rows == BATCH.size();
    }

    Mono<Boolean> once(Peer peer) {
        return operation.apply(peer);
    }

    @Override
    public String toString() {
        return "%s, %d in flight".formatted(name, inFlight);
    }
}
