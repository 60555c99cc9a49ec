package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

@WithPostgres(isolated = true, replicas = 1)
class BackfillReplicaIT {

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    BackfillReplicaIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void waitsUntilAReplicaHasCaughtUp() {
        cluster.primary()
                .execute("create table orders (id int primary key, turns int not null default 0);"
                        + "insert into orders select n from generate_series(1, 1000) n");
        PostgresNode replica = cluster.replicas().get(0);
        ReactiveDatabaseManager db = Schemas.start(
                Schemas.config(cluster).replica(cluster.url(replica)).build());
        Schemas.await(
                "the replica",
                () -> replica.queryOne("select to_regclass('orders') is not null")
                        .equals("t"));
        replica.execute("select pg_wal_replay_pause()");
        Schemas.await(
                "the pause",
                () -> replica.queryOne("select pg_get_wal_replay_pause_state()").equals("paused"));
        cluster.primary().execute("update orders set turns = 0");
        List<BackfillProgress> values = new CopyOnWriteArrayList<>();
        Backfill backfill = Backfill.of("turns")
                .table("orders")
                .key("id")
                .set("turns = turns + 1")
                .maxReplicaLag(Duration.ofMillis(1))
                .build();

        Disposable run = Schemas.migrations(db, root).backfill(backfill).subscribe(values::add);
        Schemas.await("a pause", () -> !values.isEmpty());
        assertThat(values.get(0).pause()).contains("replica").contains("behind");
        assertThat(values.get(0).lookedAt()).isZero();
        replica.execute("select pg_wal_replay_resume()");
        Schemas.await("the end", run::isDisposed);

        assertThat(values.get(values.size() - 1).done()).isTrue();
        assertThat(cluster.primary().queryOne("select sum(turns) from orders")).isEqualTo("1000");
        db.shutdown().block(Schemas.PATIENCE);
    }
}
