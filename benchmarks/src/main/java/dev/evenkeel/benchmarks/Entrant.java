package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.EvenkeelPeer;
import dev.evenkeel.benchmarks.peer.HikariPeer;
import dev.evenkeel.benchmarks.peer.MonitoredPeer;
import dev.evenkeel.benchmarks.peer.R2dbcPoolPeer;
import dev.evenkeel.benchmarks.peer.Server;
import dev.evenkeel.benchmarks.peer.SpringPeer;
import dev.evenkeel.benchmarks.peer.VertxPeer;
import dev.evenkeel.benchmarks.peer.VirtualThreads;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Contenders as the command line calls them. A further one is a class, a name and a line here. */
enum Entrant {
    R2DBC_POOL,
    EVENKEEL,
    EVENKEEL_BARE,
    EVENKEEL_SPI,
    VERTX,
    VERTX_PIPELINED,
    HIKARI,
    HIKARI_VIRTUAL,
    SPRING,
    PGBENCH,
    PGBENCH_PIPELINED;

    Contender open(Server server, Optional<Path> pgbench) {
        return switch (this) {
            case R2DBC_POOL -> new InProcess(R2dbcPoolPeer.open(server));
            case EVENKEEL -> new InProcess(MonitoredPeer.open(server));
            case EVENKEEL_BARE -> new InProcess(EvenkeelPeer.open(server));
            case EVENKEEL_SPI -> new InProcess(R2dbcPoolPeer.openOnEvenkeel(server));
            case VERTX -> new InProcess(VertxPeer.open(server));
            case VERTX_PIPELINED -> new InProcess(VertxPeer.openPipelined(server));
            case HIKARI -> new InProcess(HikariPeer.open(server));
            case HIKARI_VIRTUAL -> new InProcess(HikariPeer.openVirtual(server));
            case SPRING -> new InProcess(SpringPeer.open(server));
            case PGBENCH -> new Pgbench(pgbench.orElseThrow(), PgbenchScripts.PLAIN, server);
            case PGBENCH_PIPELINED -> new Pgbench(pgbench.orElseThrow(), PgbenchScripts.PIPELINED, server);
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
