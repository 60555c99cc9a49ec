package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.MigrationEvent.InstancesAwaited;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/** Instances follow the primary, and what was waiting for them does not slip through meanwhile. */
@WithPostgres(replicas = 1, isolated = true)
class ContractFailoverIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    ContractFailoverIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private MigrationManager release(ReactiveDatabaseManager db, String folder) {
        return Schemas.migrations(db, root.resolve(folder), config -> config.fenceGrace(Duration.ofSeconds(6)));
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Test
    void anInstanceFollowsThePrimaryAlsoWhenTheFormerOneLivesOnOrHangs() {
        Schemas.reset(cluster);
        String item = "create table item (id int primary key, name text);";
        Schemas.write(root.resolve("old/migration"), "V1__item.sql", item);
        Schemas.write(root.resolve("new/migration"), "V1__item.sql", item);
        Schemas.write(root.resolve("new/migration"), "V2__title.sql", "alter table item add title text;");
        Schemas.write(root.resolve("new/contract"), "V2__name.sql", "alter table item drop column name;");
        PostgresNode first = cluster.primary();
        PostgresNode second = cluster.replicas().get(0);
        ReactiveDatabaseManager db = Schemas.start(
                Schemas.config(cluster).replica(cluster.url(second)).build());
        MigrationManager newRelease = release(db, "new");
        Schemas.migrate(newRelease);
        Joined old = Joined.of(release(db, "old"));
        cluster.awaitReplayed(Schemas.PATIENCE);

        long begun = System.nanoTime();
        cluster.promote(second);
        old.await(2);
        figures.info(
                "a promotion beside the living primary: joined again after {} ms",
                since(begun).toMillis());
        assertThat(second.queryOne("select count(*) from evenkeel_instance i join pg_stat_activity a on a.pid = i.pid"
                        + " where application_name = 'shop:migrate'"))
                .isEqualTo("1");

        cluster.reclone(first);
        cluster.awaitReplayed(Schemas.PATIENCE);
        cluster.hang(second);
        begun = System.nanoTime();
        cluster.promote(first);
        List<MigrationEvent> events = new CopyOnWriteArrayList<>();
        Disposable contract = newRelease.contract().retry().subscribe(events::add);
        old.await(3);
        figures.info(
                "a primary that hangs: joined again after {} ms", since(begun).toMillis());
        long words = events.stream().filter(InstancesAwaited.class::isInstance).count();
        Schemas.await(
                "the contract script to wait for the instance that is back",
                () -> events.stream().filter(InstancesAwaited.class::isInstance).count() >= words + 2);
        assertThat(first.queryOne("select count(*) from information_schema.columns where column_name = 'name'"
                        + " and table_name = 'item' and table_schema = 'public'"))
                .isEqualTo("1");

        contract.dispose();
        old.close();
        Schemas.await(
                "its row to go",
                () -> first.queryOne("select count(*) from evenkeel_instance").equals("0"));
        db.shutdown().block(Schemas.PATIENCE);
        cluster.resume(second);
    }
}
