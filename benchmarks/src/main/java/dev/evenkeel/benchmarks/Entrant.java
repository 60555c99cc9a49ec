package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.EvenkeelPeer;
import dev.evenkeel.benchmarks.peer.HikariPeer;
import dev.evenkeel.benchmarks.peer.MonitoredPeer;
import dev.evenkeel.benchmarks.peer.Peer;
import dev.evenkeel.benchmarks.peer.R2dbcPoolPeer;
import dev.evenkeel.benchmarks.peer.SpringPeer;
import dev.evenkeel.benchmarks.peer.VertxPeer;
import dev.evenkeel.benchmarks.peer.VirtualThreads;
import dev.evenkeel.testkit.PostgresCluster;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Contenders as the command line calls them. A further one is a class and a line here. */
enum Entrant {
    R2DBC_POOL(R2dbcPoolPeer::open),
    EVENKEEL(MonitoredPeer::open),
    EVENKEEL_BARE(EvenkeelPeer::open),
    VERTX(VertxPeer::open),
    VERTX_PIPELINED(VertxPeer::openPipelined),
    HIKARI(HikariPeer::open),
    HIKARI_VIRTUAL(HikariPeer::openVirtual),
    SPRING(SpringPeer::open),
    PGBENCH(PgbenchScripts.PLAIN),
    PGBENCH_PIPELINED(PgbenchScripts.PIPELINED);

    private final Opening opening;

    private interface Opening {
        Contender open(PostgresCluster cluster, Optional<Path> pgbench);
    }

    Entrant(Peer.Opening peer) {
        this.opening = (cluster, pgbench) -> new InProcess(peer.open(cluster));
    }

    Entrant(PgbenchScripts scripts) {
        this.opening = (cluster, pgbench) -> new Pgbench(pgbench.orElseThrow(), scripts, cluster);
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

    Contender open(PostgresCluster cluster, Optional<Path> pgbench) {
        return opening.open(cluster, pgbench);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
