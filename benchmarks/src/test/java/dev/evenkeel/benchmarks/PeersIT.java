package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.benchmarks.peer.Account;
import dev.evenkeel.benchmarks.peer.Columns;
import dev.evenkeel.benchmarks.peer.Data;
import dev.evenkeel.benchmarks.peer.Item;
import dev.evenkeel.benchmarks.peer.Peer;
import dev.evenkeel.benchmarks.peer.Server;
import dev.evenkeel.testkit.PostgresCluster;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import reactor.core.publisher.Mono;

/** What is measured is the same work: every peer gives the same rows and leaves the same data behind. */
class PeersIT {

    private static final int ROWS = 3_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<Item> BATCH =
            List.of(new Item(1, "a", 10), new Item(2, "b, {c}", 20), new Item(3, "", 30));

    private static PostgresCluster cluster;

    /** All that run in this process. */
    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = "PGBENCH.*")
    @Retention(RetentionPolicy.RUNTIME)
    @interface ForEachPeer {}

    @BeforeAll
    static void start() {
        cluster = Data.start();
        Data.load(cluster, ROWS);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static <T> T with(Entrant entrant, Function<Peer, Mono<T>> work) {
        Optional<String> hindrance = entrant.hindrance(Optional.empty());
        assumeTrue(hindrance.isEmpty(), () -> entrant + " " + hindrance);
        try (Contender contender = entrant.open(Server.of(cluster), Optional.empty())) {
            return work.apply(contender.inThisProcess().orElseThrow()).block(PATIENCE);
        }
    }

    @ForEachPeer
    void selectsTheRowThatWasAskedFor(Entrant entrant) {
        Account account = with(entrant, peer -> peer.pointSelect(9_999));

        assertThat(account).extracting(Account::id, Account::owner).containsExactly(9_999, "owner 9999");
    }

    @ForEachPeer
    void commitsWhatTheTransactionAnswers(Entrant entrant) {
        for (Function<Peer, Mono<Long>> way : List.<Function<Peer, Mono<Long>>>of(
                peer -> peer.transaction(7), peer -> peer.declaredTransaction(7), peer -> peer.transactionInOne(7))) {
            long before = balance();
            long answer = with(entrant, way);

            assertThat(answer).isEqualTo(before + 1);
            assertThat(balance()).isEqualTo(before + 1);
        }
    }

    @ForEachPeer
    void commitsATransactionOfOneStatement(Entrant entrant) {
        long before = balance();

        long changed = with(entrant, peer -> peer.deposit(7));

        assertThat(changed).isEqualTo(1);
        assertThat(balance()).isEqualTo(before + 1);
    }

    private static long balance() {
        return Long.parseLong(cluster.primary().queryOne("select balance from account where id = 7"));
    }

    @ForEachPeer
    void readsEachRowOnceWithItsValues(Entrant entrant) {
        List<Item> items = Collections.synchronizedList(new ArrayList<>());
        long read = with(entrant, peer -> peer.rows(ROWS, items::add));

        assertThat(read).isEqualTo(ROWS);
        assertThat(items)
                .hasSize(ROWS)
                .contains(new Item(2_345, "item 2345", 2_345 * 7L))
                .doesNotHaveDuplicates();
    }

    @ForEachPeer
    void insertsEachRowOfTheBatch(Entrant entrant) {
        cluster.primary().execute(Data.TRUNCATE);
        long inserted = with(entrant, peer -> peer.insert(BATCH));

        assertThat(inserted).isEqualTo(BATCH.size());
        assertThat(entries()).containsExactly("1/a/10", "2/b, {c}/20", "3//30");
    }

    @ForEachPeer
    void insertsEachRowOfTheArrays(Entrant entrant) {
        cluster.primary().execute(Data.TRUNCATE);
        long inserted = with(entrant, peer -> peer.insertArrays(Columns.of(BATCH)));

        assertThat(inserted).isEqualTo(BATCH.size());
        assertThat(entries()).containsExactly("1/a/10", "2/b, {c}/20", "3//30");
    }

    private static List<String> entries() {
        return cluster.primary().queryAll("select id || '/' || name || '/' || price from entry order by id");
    }

    /** More often than there are connections, so that one that is not given back would be missed. */
    @ForEachPeer
    void givesBackWhatItLeases(Entrant entrant) {
        int times = 3 * Peer.CONNECTIONS;
        long leases = with(entrant, peer -> peer.lease().repeat(times - 1).count());

        assertThat(leases).isEqualTo(times);
    }
}
