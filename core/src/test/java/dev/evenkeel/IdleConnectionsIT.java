package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.event.ConnectionClosed;
import dev.evenkeel.event.ConnectionClosed.Reason;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.lane.LaneSettings;
import dev.evenkeel.node.ConnectionFactories;
import dev.evenkeel.node.Encryption;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.Logins;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.node.Opening;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A pool on a real server, and a clock that stands still: the look that the pool takes each second never comes by itself. */
@WithPostgres
class IdleConnectionsIT implements DatabaseListener {

    private static final LaneSettings NO_LANES =
            new LaneSettings(0, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMinutes(30), 0);
    private static final Logger log = LoggerFactory.getLogger("figures");
    private static final String APPLICATION = "standing clock";
    private static final String TERMINATE =
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '" + APPLICATION + "'";
    private static final int SIZE = 4;
    /** Together less than the second between the pool's own looks. */
    private static final int MOST_LOOKS = 40;

    private static final PoolConfig CONFIG =
            PoolConfig.builder().minSize(SIZE).maxSize(SIZE).build();

    private final PostgresCluster cluster;
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final Queue<ConnectionClosed> heard = new ConcurrentLinkedQueue<>();
    private NodePool pool;

    IdleConnectionsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void open() {
        start(CONFIG);
    }

    private void start(PoolConfig config) {
        pool = pool(config, new Logins(null, time));
        Flux.range(0, SIZE)
                .flatMap(i -> pool.acquire(PATIENCE, () -> "-"), SIZE)
                .collectList()
                .flatMapIterable(all -> all)
                .flatMap(Lease::release)
                .blockLast(PATIENCE);
        await("idle", () -> pool.state().idle() == SIZE);
    }

    private NodePool pool(PoolConfig config, Logins logins) {
        NodeConfig node = DatabaseConfig.builder()
                .primary(cluster.url(cluster.primary()))
                .build()
                .nodes()
                .get(0);
        Encryption plain = new Encryption(node.tls(), node.name(), node.host(), time);
        Opening opening = new Opening(
                (login, loops) ->
                        ConnectionFactories.create(node, plain, null, config.connectTimeout(), APPLICATION, loops),
                plain,
                logins,
                config.connectTimeout(),
                time);
        return new NodePool(node, config, NO_LANES, opening, new Listeners(List.of(this)), time);
    }

    /** The pool's own way of warming up forgets them: a rotation whose new connections took all places stopped every call. */
    @Test
    void whoeverWaitsWhileConnectionsAreWarmedUpIsServed() {
        Sinks.One<Credentials> vault = Sinks.one();
        NodePool one = pool(
                PoolConfig.builder().minSize(1).maxSize(1).build(), new Logins(vault::asMono, Schedulers.parallel()));
        CompletableFuture<Integer> warm = one.warmUp().toFuture();
        CompletableFuture<Lease> waiting = one.acquire(PATIENCE, () -> "-").toFuture();
        await("somebody waits", () -> one.state().waiting() == 1);

        vault.tryEmitValue(Credentials.of("postgres", "any"));

        assertThat(waiting).succeedsWithin(PATIENCE);
        waiting.join().release().block(PATIENCE);
        assertThat(warm).succeedsWithin(PATIENCE);
        one.dispose().block(PATIENCE);
    }

    /** The last one who had it closes the pool when he hears that he is done, and that is before the next one begins. */
    @Test
    void whoeverIsPassedAConnectionOfAPoolThatIsBeingClosedFindsItBroken() {
        NodePool one = pool(PoolConfig.builder().minSize(1).maxSize(1).build(), new Logins(null, time));
        Lease first = one.acquire(PATIENCE, () -> "-").block(PATIENCE);
        CompletableFuture<Lease> next = one.acquire(PATIENCE, () -> "-").toFuture();
        await("somebody waits", () -> one.state().waiting() == 1);

        first.release().then(Mono.defer(one::dispose)).subscribe();

        Lease passedOn =
                next.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
        StepVerifier.create(Flux.from(
                                passedOn.createStatement("select pg_sleep(60)").execute())
                        .flatMap(Result::getRowsUpdated))
                .expectError()
                .verify(PATIENCE);
        passedOn.release().block(PATIENCE);
        assertThat(one.leases()).isEmpty();
    }

    @AfterEach
    void close() {
        pool.dispose().block(PATIENCE);
        time.dispose();
    }

    @Override
    public void onConnectionClosed(ConnectionClosed event) {
        heard.add(event);
    }

    /** A look that meets another thread in the pool sees nothing; those that follow it come with the clock, which stands otherwise. */
    private void awaitLooks(String what, BooleanSupplier condition) {
        AtomicInteger looks = new AtomicInteger();
        await(what, () -> {
            if (!condition.getAsBoolean() && looks.getAndIncrement() < MOST_LOOKS) {
                time.advanceTimeBy(Duration.ofMillis(20));
            }
            return condition.getAsBoolean();
        });
    }

    private List<Reason> reasons() {
        return heard.stream().map(ConnectionClosed::reason).toList();
    }

    private Set<String> sessions() {
        return Set.copyOf(cluster.primary()
                .queryAll("select pid from pg_stat_activity where application_name = '" + APPLICATION + "'"));
    }

    static Stream<Named<Consumer<NodePool>>> measures() {
        return Stream.of(
                named("it was demoted or is quarantined", pool -> pool.giveUp(true)),
                named("it does not answer", pool -> pool.giveUp(false)),
                named("another server answers", pool -> pool.leadsTo(1)),
                named("it refuses writes", NodePool::retire),
                named("the connections are rotated", pool -> pool.rotate().block(PATIENCE)));
    }

    @ParameterizedTest
    @MethodSource("measures")
    void areClosedAtOnceWhenTheirNodeIsNotWhatItWas(Consumer<NodePool> measure) {
        Set<String> before = sessions();
        assertThat(before).hasSize(SIZE);

        long begun = System.nanoTime();
        measure.accept(pool);
        awaitLooks("the server has none of them", () -> Collections.disjoint(before, sessions()));

        log.info(
                "idle connections of a pool that is given up are gone after {}",
                Duration.ofNanos(System.nanoTime() - begun));
        assertThat(reasons()).hasSize(SIZE).containsOnly(Reason.RETIRED);
    }

    @Test
    void thoseInUseAreClosedWhenTheyComeBack() {
        Lease busy = pool.acquire(PATIENCE, () -> "-").block(PATIENCE);
        pool.retire();
        awaitLooks("the idle ones are closed", () -> sessions().size() == 1);

        Flux.from(busy.createStatement("select 1").execute())
                .flatMap(Result::getRowsUpdated)
                .then(busy.release())
                .block(PATIENCE);

        await("and this one, too", () -> sessions().isEmpty());
        assertThat(reasons()).hasSize(SIZE).containsOnly(Reason.RETIRED);
    }

    @Test
    void saidToBeExpiredWhenTheyAreTooOld() {
        time.advanceTimeBy(CONFIG.maxLifetime());

        // The look at the end of its time may have met one that was being checked.
        awaitLooks("all are closed", () -> sessions().isEmpty());
        assertThat(reasons()).hasSize(SIZE).containsOnly(Reason.EXPIRED);
        assertThat(heard)
                .allMatch(closed -> closed.age()
                                .compareTo(CONFIG.maxLifetime().multipliedBy(85).dividedBy(100))
                        >= 0);
    }

    @Test
    void saidToBeSpareWhenNobodyNeedsThem() {
        pool.dispose().block(PATIENCE);
        assertThat(reasons()).as("at the shutdown").hasSize(SIZE).containsOnly(Reason.SPARE);
        heard.clear();

        start(PoolConfig.builder().minSize(0).maxSize(SIZE).build());
        time.advanceTimeBy(CONFIG.idleTimeout().plusSeconds(1));

        awaitLooks("all are closed", () -> sessions().isEmpty());
        assertThat(reasons()).as("when unused").hasSize(SIZE).containsOnly(Reason.SPARE);
    }

    @Test
    void saidToBeLostWhenTheServerHasEndedThem() {
        cluster.primary().queryAll(TERMINATE);

        await("the pool has noticed", () -> {
            time.advanceTimeBy(Duration.ofSeconds(1));
            return heard.size() == SIZE;
        });
        assertThat(reasons()).containsOnly(Reason.LOST);
    }

    @Test
    void saidToBeTerminatedWhenTheServerHasToldSo() {
        Lease busy = pool.acquire(PATIENCE, () -> "-").block(PATIENCE);
        StepVerifier.create(Flux.from(busy.createStatement("select pg_terminate_backend(pg_backend_pid())")
                                .execute())
                        .flatMap(Result::getRowsUpdated))
                .verifyError();
        CompletableFuture<Void> released = busy.release().toFuture();

        await("the pool has noticed", () -> {
            time.advanceTimeBy(Duration.ofSeconds(1));
            return heard.size() == 1;
        });
        assertThat(reasons()).containsOnly(Reason.TERMINATED);
        assertThat(released).succeedsWithin(PATIENCE);
    }

    @Test
    void saidToBeUncleanWhenTheirSettingsWereChanged() {
        Lease changed = pool.acquire(PATIENCE, () -> "-").block(PATIENCE);
        Flux.from(changed.setStatementTimeout(Duration.ofSeconds(1)))
                .then(changed.release())
                .block(PATIENCE);

        await("it is closed", () -> heard.size() == 1);
        assertThat(reasons()).containsOnly(Reason.UNCLEAN);
    }
}
