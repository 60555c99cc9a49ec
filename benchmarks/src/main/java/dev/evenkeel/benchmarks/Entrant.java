package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.EvenkeelPeer;
import dev.evenkeel.benchmarks.peer.HikariPeer;
import dev.evenkeel.benchmarks.peer.MonitoredPeer;
import dev.evenkeel.benchmarks.peer.R2dbcPoolPeer;
import dev.evenkeel.benchmarks.peer.SpringPeer;
import dev.evenkeel.benchmarks.peer.VertxPeer;
import dev.evenkeel.benchmarks.peer.VirtualThreads;
import dev.evenkeel.testkit.PostgresCluster;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Contenders as the command line calls them. A further one is a class, a name and a line here. */
enum Entrant {
    R2DBC_POOL,
    EVENKEEL,
    EVENKEEL_BARE,
    VERTX,
    VERTX_PIPELINED,
    HIKARI,
    HIKARI_VIRTUAL,
    SPRING,
    PGBENCH,
    PGBENCH_PIPELINED;

    Contender open(PostgresCluster cluster, Optional<Path> pgbench) {
        return switch (this) {
            case R2DBC_POOL -> new InProcess(R2dbcPoolPeer.open(cluster));
            case EVENKEEL -> new InProcess(MonitoredPeer.open(cluster));
            case EVENKEEL_BARE -> new InProcess(EvenkeelPeer.open(cluster));
            case VERTX -> new InProcess(VertxPeer.open(cluster));
            case VERTX_PIPELINED -> new InProcess(VertxPeer.openPipelined(cluster));
            case HIKARI -> new InProcess(HikariPeer.open(cluster));
            case HIKARI_VIRTUAL -> new InProcess(HikariPeer.openVirtual(cluster));
            case SPRING -> new InProcess(SpringPeer.open(cluster));
            case PGBENCH -> new Pgbench(pgbench.orElseThrow(), PgbenchScripts.PLAIN, cluster);
            case PGBENCH_PIPELINED -> new Pgbench(pgbench.orElseThrow(), PgbenchScripts.PIPELINED, cluster);
        };
    }

    /**
     * Why it cannot take part here; empty when it can.
     *
     * @param pgbench where that program is
     */
    Optional<String> hindrance(Optional<Path> pgbench) {
        return switch (this) {
            case HIKARI_VIRTUAL ->
                VirtualThreads.known()
                        ? Optional.empty()
                        : Optional.of("needs virtual threads, which begin with JDK 21");
            case PGBENCH, PGBENCH_PIPELINED ->
                pgbench.isPresent() ? Optional.empty() : Optional.of("found no pgbench program; name it by --pgbench=");
            default -> Optional.empty();
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
