package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kills the process that migrates and takes back, again and again, at random moments. */
@WithPostgres(isolated = true)
class KillCampaignIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");
    private static final int VERSIONS = 5;

    /** For each version: its table is there exactly if the last word of the history is that it is applied. */
    private static final String DISAGREEMENTS = """
            select count(*) from generate_series(1, 5) v where (to_regclass('public.t' || v) is not null) is distinct from
              coalesce((select type <> 'DELETE' and success from flyway_schema_history where version = v::text
                order by installed_rank desc limit 1), false)""";

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    KillCampaignIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void scripts() {
        Schemas.reset(cluster);
        for (int version = 1; version <= VERSIONS; version++) {
            Schemas.write(
                    root.resolve("migration"),
                    "V%d__t%d.sql".formatted(version, version),
                    "create table t%d (id int); select pg_sleep(0.01); insert into t%d values (1);"
                            .formatted(version, version));
            Schemas.write(
                    root.resolve("rollback"),
                    "U%d__t%d.sql".formatted(version, version),
                    "drop table t%d; select pg_sleep(0.01);".formatted(version));
        }
    }

    @Test
    void historyAndSchemaAlwaysAgree() throws Exception {
        int kills = Integer.getInteger("evenkeel.test.kills", 3);
        Random random = new Random();
        int partly = 0;
        for (int kill = 0; kill < kills; kill++) {
            Process victim = victim();
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(600)).toNanos());
            victim.destroyForcibly().waitFor();

            assertAgreement("right after kill " + kill);
            Schemas.await(
                    "the end of its session",
                    () -> cluster.primary()
                            .queryOne("select count(*) from pg_stat_activity where application_name = 'shop:migrate'")
                            .equals("0"));
            assertAgreement("after kill " + kill);
            String applied = cluster.primary()
                    .queryOne(
                            "select count(*) from generate_series(1, 5) v where to_regclass('public.t' || v) is not null");
            partly += applied.equals("1") || applied.equals("" + VERSIONS) ? 0 : 1;
        }
        figures.info(
                "{} kills of a migrating process, {} with some versions applied: history and schema agree",
                kills,
                partly);

        ReactiveDatabaseManager db = Schemas.start(cluster);
        MigrationManager migrations = Schemas.migrations(db, root);
        migrations.release().block(Schemas.PATIENCE);
        Schemas.migrate(migrations);
        assertThat(cluster.primary().queryOne("select count(*) from t1, t2, t3, t4, t5"))
                .isEqualTo("1");
        assertThat(Schemas.plainFlyway(cluster, root).validateWithResult().validationSuccessful)
                .isTrue();
        db.shutdown().block(Schemas.PATIENCE);
    }

    private void assertAgreement(String when) {
        boolean history = cluster.primary()
                .queryOne("select to_regclass('public.flyway_schema_history') is not null")
                .equals("t");
        if (history) {
            assertThat(cluster.primary().queryOne(DISAGREEMENTS)).as(when).isEqualTo("0");
        }
    }

    /** A JVM that has done it all once, and does it again. */
    private Process victim() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Victim.class.getName(),
                        cluster.url(cluster.primary()),
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader();
        String line = output.readLine();
        while (line != null && !line.equals(Victim.READY)) {
            line = output.readLine();
        }
        assertThat(line).as("word of the migrating process").isNotNull();
        return process;
    }

    /** Migrates and takes back until it is killed. */
    static final class Victim {

        static final String READY = "READY";

        private Victim() {}

        public static void main(String[] arguments) {
            ReactiveDatabaseManager db = Schemas.start(DatabaseConfig.builder()
                    .primary(arguments[0])
                    .applicationName("shop")
                    .build());
            MigrationManager migrations = Schemas.migrations(db, Path.of(arguments[1]));
            backAndForth(migrations);
            System.out.println(READY);
            while (true) {
                backAndForth(migrations);
            }
        }

        private static void backAndForth(MigrationManager migrations) {
            migrations.release().block(Schemas.PATIENCE);
            Schemas.migrate(migrations);
            Schemas.rollback(migrations, "2");
        }
    }
}
