package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.Secret;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sessions of clients whose reads must not go back in time, over replicas that are behind as the test wants. */
@WithPostgres(replicas = 2, isolated = true)
class ReadYourWritesIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    ReadYourWritesIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists counter; create table counter (client int primary key, n int);"
                        + " insert into counter select g, 0 from generate_series(0, 31) g");
        cluster.awaitReplayed(PATIENCE);
        db = Databases.start(cluster);
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        cluster.replicas().forEach(cluster::resumeReplay);
        db.shutdown().block(PATIENCE);
    }

    private record Seen(int n, int port) {}

    private Mono<Seen> read(int client) {
        return db.query("select n, inet_server_port() from counter where client = $1", client)
                .readOnly()
                .one(row -> new Seen(row.get(0, Integer.class), row.get(1, Integer.class)));
    }

    private Mono<Long> increment(int client) {
        return db.query("update counter set n = n + 1 where client = $1", client)
                .rowsUpdated();
    }

    private boolean isReplica(Seen seen) {
        return cluster.replicas().stream().anyMatch(replica -> replica.port() == seen.port());
    }

    @Test
    void aSessionThatHasNotWrittenReadsFromReplicasWhileOthersWrite() {
        cluster.replicas().forEach(cluster::pauseReplay);
        increment(1).contextWrite(CallContext.session(ReadSession.create())).block(PATIENCE);

        Seen stranger =
                read(1).contextWrite(CallContext.session(ReadSession.create())).block(PATIENCE);

        assertThat(isReplica(stranger)).isTrue();
        assertThat(stranger.n()).isZero();
        assertThat(read(1).block(PATIENCE).n())
                .as("without a session all writes count")
                .isEqualTo(1);
    }

    @Test
    void aSessionNeverSeesAnOlderStateThanItHasSeenOnAnotherReplica() {
        PostgresNode behind = cluster.replicas().get(0);
        PostgresNode current = cluster.replicas().get(1);
        cluster.pauseReplay(behind);
        increment(1).contextWrite(CallContext.session(ReadSession.create())).block(PATIENCE);
        await(
                "one replica has it",
                () -> current.queryOne("select n from counter where client = 1").equals("1"));

        for (int i = 0; i < 50; i++) {
            ReadSession session = ReadSession.create();
            Seen first = read(1).contextWrite(CallContext.session(session)).block(PATIENCE);
            Seen second = read(1).contextWrite(CallContext.session(session)).block(PATIENCE);
            assertThat(second.n()).as("after %s", first).isGreaterThanOrEqualTo(first.n());
        }
    }

    @Test
    void manySessionsReadTheirWritesFromReplicasThatStutter() {
        Random random = new Random(7);
        Mono<Void> stutter = Flux.range(0, 10)
                .concatMap(i -> Mono.fromRunnable(() -> {
                            PostgresNode replica = cluster.replicas().get(random.nextInt(2));
                            cluster.pauseReplay(replica);
                            cluster.resumeReplay(replica);
                        })
                        .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic()))
                .then();
        Flux<Seen> clients = Flux.range(0, 32)
                .flatMap(
                        client -> {
                            Flux<Seen> rounds = Flux.range(1, 20)
                                    .concatMap(round -> increment(client)
                                            .then(read(client))
                                            .doOnNext(seen -> assertThat(seen.n())
                                                    .as("client %d", client)
                                                    .isEqualTo(round)));
                            return rounds.contextWrite(CallContext.session(ReadSession.create()));
                        },
                        32);

        List<Seen> seen = clients.collectList()
                .zipWith(stutter.thenReturn(true), (all, done) -> all)
                .block(PATIENCE);

        assertThat(seen).hasSize(640);
    }

    @Test
    void aTokenCarriesTheSessionToAnotherInstance() {
        ReadTokenSeal seal = new ReadTokenSeal(Secret.of("a key that both instances share"));
        cluster.replicas().forEach(cluster::pauseReplay);
        ReadSession here = ReadSession.create();
        String cookie = increment(1)
                .then(db.readToken())
                .contextWrite(CallContext.session(here))
                .map(seal::seal)
                .block(PATIENCE);

        ReactiveDatabaseManager other = Databases.start(cluster);
        ReadSession there = ReadSession.from(seal.open(cookie).orElseThrow());
        Mono<Integer> read =
                other.query("select n from counter where client = 1").readOnly().one(row -> row.get(0, Integer.class));

        assertThat(read.block(PATIENCE)).as("a stranger").isZero();
        assertThat(read.contextWrite(CallContext.session(there)).block(PATIENCE))
                .isEqualTo(1);
        cluster.replicas().forEach(cluster::resumeReplay);
        await(
                "a replica serves it",
                () -> other.query("select inet_server_port()")
                        .readOnly()
                        .one(row -> row.get(0, Integer.class))
                        .contextWrite(CallContext.session(there))
                        .map(port -> port != cluster.primary().port())
                        .block(PATIENCE));
        other.shutdown().block(PATIENCE);
    }

    @Test
    void aReadWaitsAMomentForAReplicaInsteadOfBurdeningThePrimary() {
        ReadSession session = ReadSession.create();
        increment(1)
                .then(db.readToken())
                .contextWrite(CallContext.session(session))
                .block(PATIENCE);
        cluster.awaitReplayed(PATIENCE);

        await(
                "a replica serves it",
                () -> isReplica(
                        read(1).contextWrite(CallContext.session(session)).block(PATIENCE)));
    }
}
