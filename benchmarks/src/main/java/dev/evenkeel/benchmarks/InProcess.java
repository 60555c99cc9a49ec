package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.Peer;
import dev.evenkeel.benchmarks.report.Sample;
import java.time.Duration;
import java.util.Optional;

/** A client that runs in this JVM, where all of its callers do, too. */
record InProcess(Peer peer) implements Contender {

    @Override
    public String name() {
        return peer.name();
    }

    @Override
    public boolean runs(Workload workload) {
        return true;
    }

    @Override
    public int mostCallers() {
        return peer.callers().most();
    }

    @Override
    public Sample run(Workload workload, Duration time) {
        return ClosedLoop.run(peer, workload, time);
    }

    @Override
    public Optional<Peer> inThisProcess() {
        return Optional.of(peer);
    }

    @Override
    public void close() {
        peer.close();
    }
}
