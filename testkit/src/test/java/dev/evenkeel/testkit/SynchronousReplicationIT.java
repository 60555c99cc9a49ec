package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@WithPostgres(replicas = 2, synchronous = 1, isolated = true, settings = "work_mem = 7MB")
class SynchronousReplicationIT {

    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void commitsWaitOnlyWhileNoReplicaConfirms(PostgresCluster cluster) {
        PostgresNode primary = cluster.primary();
        assertThat(primary.queryAll("select sync_state from pg_stat_replication"))
                .containsOnly("quorum");
        assertThat(primary.queryOne("show work_mem")).isEqualTo("7MB");

        cluster.kill(cluster.replicas().get(0));
        primary.execute("create table confirmed_by_the_other ()");

        cluster.hang(cluster.replicas().get(1));
        CompletableFuture<Void> commit =
                CompletableFuture.runAsync(() -> primary.execute("create table waits_for_it ()"));
        Await.until(
                "a commit that waits for a replica",
                SOON,
                () -> "",
                () -> primary.queryOne("select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
                        .equals("1"));
        assertThat(commit).isNotDone();

        cluster.resume(cluster.replicas().get(1));
        assertThat(commit).succeedsWithin(SOON);
    }
}
