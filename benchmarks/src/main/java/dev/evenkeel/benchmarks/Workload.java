package dev.evenkeel.benchmarks;

import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * What is done over and over.
 *
 * @param name as the table calls it
 * @param inFlight how many at the same time
 * @param operation emits whether the answer was the expected one
 */
record Workload(String name, int inFlight, Function<Peer, Mono<Boolean>> operation) {

    private static final int PAGE = 100;

    /** @param rows length of the stream */
    static List<Workload> all(int rows) {
        return List.of(
                pointSelect(1),
                pointSelect(10),
                pointSelect(64),
                transaction(10),
                transaction(64),
                new Workload("%d rows".formatted(PAGE), 10, peer -> read(peer, PAGE)),
                new Workload("stream of %,d rows".formatted(rows), 1, peer -> read(peer, rows)));
    }

    private static Workload pointSelect(int inFlight) {
        return new Workload("point select", inFlight, peer -> {
            int id = Data.anyAccount();
            return peer.pointSelect(id).map(account -> account.id() == id);
        });
    }

    private static Workload transaction(int inFlight) {
        return new Workload(
                "transaction",
                inFlight,
                peer -> peer.transaction(Data.anyAccount()).map(balance -> balance > 0));
    }

    private static Mono<Boolean> read(Peer peer, int rows) {
        return peer.rows(rows).count().map(count -> count == rows);
    }

    Mono<Boolean> once(Peer peer) {
        return operation.apply(peer);
    }

    @Override
    public String toString() {
        return "%s, %d in flight".formatted(name, inFlight);
    }
}
