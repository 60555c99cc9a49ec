package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Somebody sets the clock of the client's machine; nothing may look old, late or early because of that. */
@WithPostgres(replicas = 1, isolated = true)
class ClockIT {

    private final PostgresCluster cluster;

    ClockIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void anHourForwardAndTwoBackLeaveConnectionsAndCallsAlone(@TempDir Path files) throws IOException {
        cluster.primary().execute(Load.TABLE);
        cluster.awaitReplayed(PATIENCE);
        Path offset = Files.writeString(files.resolve("offset"), "+0");
        // Its remedy for an old C library would make a sleeping JVM burn the processor.
        Map<String, String> clock = Map.of(
                "LD_PRELOAD",
                libfaketime(),
                "FAKETIME_TIMESTAMP_FILE",
                offset.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0");
        try (ChildJvm client = ChildJvm.start(
                List.of(),
                clock,
                Client.class,
                offset.toString(),
                cluster.url(cluster.primary()),
                cluster.url(cluster.replicas().get(0)))) {
            List<String> said = client.until("done");

            assertThat(said).contains("jumped 60 minutes", "jumped -120 minutes");
            assertThat(said).contains("failed []", "opened 0 more");
        }
    }

    private static String libfaketime() throws IOException {
        try (DirectoryStream<Path> places = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu")) {
            for (Path place : places) {
                Path library = place.resolve("faketime/libfaketimeMT.so.1");
                if (Files.exists(library)) {
                    return library.toString();
                }
            }
        }
        return Assumptions.abort("needs libfaketime: apt-get install faketime");
    }

    /** Works on while its clock is set. */
    static final class Client {

        private static final int ROUNDS = 5;

        private static Duration shift = Duration.ZERO;

        private Client() {}

        public static void main(String[] arguments) throws IOException {
            Path offset = Path.of(arguments[0]);
            TopologyLog topology = new TopologyLog();
            ReactiveDatabaseManager db = Databases.start(DatabaseConfig.builder()
                    .primary(arguments[1])
                    .replica(arguments[2])
                    .pool(PoolConfig.builder()
                            .minSize(4)
                            .maxSize(4)
                            .connectTimeout(PATIENCE)
                            .build())
                    .listener(topology)
                    .build());
            Load load = Load.start(db, 2, 2);
            load.nextWrite();
            boolean undisturbed = false;
            for (int round = 0; round < ROUNDS && !undisturbed; round++) {
                undisturbed = jumpsAreNotNoticed(db, offset, load, topology);
            }
            load.stop();
            System.out.println("failed "
                    + Stream.of(load.failedReads(), load.failedWrites())
                            .flatMap(List::stream)
                            .toList());
            db.shutdown().block(PATIENCE);
            System.out.println("done");
            System.exit(0);
        }

        /** False when this machine was so busy that a server looked silent, which the pools answer by new connections. */
        private static boolean jumpsAreNotNoticed(
                ReactiveDatabaseManager db, Path offset, Load load, TopologyLog topology) throws IOException {
            set(db, offset, Duration.ZERO);
            topology.clear();
            long opened = opened(db);
            set(db, offset, Duration.ofHours(1));
            goOn(load);
            set(db, offset, Duration.ofHours(-1));
            goOn(load);
            long more = opened(db) - opened;
            if (!topology.all().isEmpty()) {
                return false;
            }
            System.out.println("opened " + more + " more");
            return true;
        }

        /** Each thread looks once in a second at most, so those that count must have looked. */
        private static void set(ReactiveDatabaseManager db, Path offset, Duration jump) throws IOException {
            long monotonic = System.nanoTime();
            long time = System.currentTimeMillis();
            Duration before = shift;
            Files.writeString(offset, (jump.isNegative() ? "" : "+") + jump.toSeconds());
            Databases.await(
                    "the clock is set",
                    () -> clocks(db)
                            .all(now -> Math.abs(now
                                            - time
                                            - Duration.ofNanos(System.nanoTime() - monotonic)
                                                    .toMillis()
                                            - jump.minus(before).toMillis())
                                    < 60_000)
                            .block(PATIENCE));
            System.out.println("jumped " + jump.minus(before).toMinutes() + " minutes");
            shift = jump;
        }

        /** What time it is on the threads of the timer and of the event loops. */
        private static Flux<Long> clocks(ReactiveDatabaseManager db) {
            Mono<Long> timer = Mono.fromSupplier(System::currentTimeMillis).subscribeOn(Schedulers.parallel());
            Flux<Long> loop = db.query("select 1 from pg_sleep(0.01)").map(row -> System.currentTimeMillis());
            return Flux.concat(
                    Flux.range(0, Schedulers.DEFAULT_POOL_SIZE).flatMap(i -> timer),
                    Flux.range(0, 8).flatMap(i -> loop, 4));
        }

        /** Longer than a round of the pool's background sweep, which is a second. */
        private static void goOn(Load load) {
            LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
            load.nextWrite();
        }

        private static long opened(ReactiveDatabaseManager db) {
            return db.metrics().history().values().stream()
                    .mapToLong(PoolHistory::opened)
                    .sum();
        }
    }
}
