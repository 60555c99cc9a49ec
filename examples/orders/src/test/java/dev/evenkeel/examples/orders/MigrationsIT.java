package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.EffectPolicy;
import dev.evenkeel.migrations.MigrationManager;
import dev.evenkeel.migrations.Rehearsal;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a release pipeline would check of the shop's migrations. */
@WithPostgres(isolated = true)
class MigrationsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PostgresCluster cluster;

    MigrationsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    /** The first two lay the keel, before there is any traffic. */
    @Test
    void laterOnesStopNobodyAndAllCanBeTakenBackAndAppliedAgain() {
        ReactiveDatabaseManager db = ReactiveDatabaseManager.start(DatabaseConfig.builder()
                        .primary(cluster.url(cluster.primary()))
                        .build())
                .block(PATIENCE);
        MigrationManager migrations = MigrationManager.of(db);

        migrations
                .effects(Rehearsal.onScratch().since("2"))
                .block(PATIENCE)
                .require(EffectPolicy.FAIL_ON_REWRITE, EffectPolicy.FAIL_ON_SCAN, EffectPolicy.FAIL_ON_REMOVAL);
        migrations.runMigrations().blockLast(PATIENCE);
        String before = tables();
        migrations.rollbackMigration("1").blockLast(PATIENCE);
        assertThat(tables()).isEqualTo("");
        migrations.release().block(PATIENCE);
        migrations.runMigrations().blockLast(PATIENCE);

        assertThat(tables()).isEqualTo(before).contains("order_lines");
        assertThat(migrations.validateSchema().block(PATIENCE).isValid()).isTrue();
        db.shutdown().block(PATIENCE);
    }

    private String tables() {
        return cluster.primary()
                .queryOne(
                        "select coalesce(string_agg(c.relname || ' ' || pg_get_indexdef(i.indexrelid), ', ' order by 1), '')"
                                + " from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace"
                                + " where n.nspname = 'public' and c.relname not like 'evenkeel%' and c.relname not like 'flyway%'");
    }
}
