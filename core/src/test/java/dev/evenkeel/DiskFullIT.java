package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** The server has no room left: the caller is told, once, and nobody looks for another server. */
class DiskFullIT {

    private static final String SAID = """
            do $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$""";

    private static final List<String> RIGHT =
            List.of("code 53100", "type PERFORMANCE", "retry false", "attempts [1]", "events []");

    @Test
    void aServerThatSaysItsDiskIsFullIsBelievedAndNotAskedAgain() {
        try (PostgresCluster cluster = PostgresCluster.start(ClusterSpec.withReplicas(0))) {
            assertThat(outcome(cluster, SAID)).containsAll(RIGHT);
        }
    }

    @Test
    void aFileSystemThatIsReallyFullFailsTheCallAndNothingElse(@TempDir Path disk) throws IOException {
        ChildJvm.assumeThat(
                "the right to mount",
                "unshare",
                "--net",
                "--mount",
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=2m",
                "tmpfs",
                disk.toString());

        try (ChildJvm child = ChildJvm.start(ChildJvm.ISOLATED, Map.of(), Client.class, disk.toString())) {
            assertThat(child.until("done")).containsAll(RIGHT).contains("room again 1");
        }
    }

    private static List<String> outcome(PostgresCluster cluster, String sql) {
        TopologyLog topology = new TopologyLog();
        Queue<Integer> attempts = new ConcurrentLinkedQueue<>();
        ReactiveDatabaseManager db = Databases.start(
                cluster,
                config -> config.listener(topology).listener(new DatabaseListener() {
                    @Override
                    public void onCallCompleted(CallCompleted call) {
                        attempts.add(call.attempts());
                    }
                }));
        topology.clear();
        DatabaseException error = (DatabaseException)
                db.inTransaction(conn -> db.query(sql).on(conn).rowsUpdated())
                        .then(Mono.<Throwable>empty())
                        .onErrorResume(Mono::just)
                        .block(PATIENCE);
        List<String> outcome = List.of(
                "code " + error.code(),
                "type " + error.type(),
                "retry " + error.safeToRetry(),
                "attempts " + attempts,
                "events " + topology.all());
        assertThat(db.query("select 1").one(row -> row.get(0, Integer.class)).block(PATIENCE))
                .isEqualTo(1);
        assertThat(db.metrics().leased()).isZero();
        db.shutdown().block(PATIENCE);
        return outcome;
    }

    /** A table on a file system of two megabytes. */
    static final class Client {

        private Client() {}

        public static void main(String[] arguments) {
            if (!ChildJvm.succeeds("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", arguments[0])) {
                throw new IllegalStateException("no file system at " + arguments[0]);
            }
            try (PostgresCluster cluster = PostgresCluster.start(ClusterSpec.withReplicas(0))) {
                cluster.primary().execute("create tablespace small location '" + arguments[0] + "'");
                cluster.primary().execute("create table whole (v text) tablespace small");
                cluster.primary()
                        .execute("create table ballast tablespace small as select repeat('x', 1000) from"
                                + " generate_series(1, 500)");
                outcome(cluster, "insert into whole select repeat(md5(g::text), 30) from generate_series(1, 10000) g")
                        .forEach(System.out::println);
                cluster.primary().execute("drop table ballast");
                cluster.primary().execute("insert into whole values ('fits')");
                System.out.println("room again " + cluster.primary().queryOne("select count(*) from whole"));
            }
            System.out.println("done");
            System.exit(0);
        }
    }
}
