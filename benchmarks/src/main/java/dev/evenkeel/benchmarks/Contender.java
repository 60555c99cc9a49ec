package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.Peer;
import dev.evenkeel.benchmarks.report.Sample;
import java.time.Duration;
import java.util.Optional;

/** Who takes part in the comparison. */
interface Contender extends AutoCloseable {

    /** As the table calls it. */
    String name();

    boolean runs(Workload workload);

    /** With more operations in flight than that, it runs as many as that. */
    int mostCallers();

    /** Returns when the last operation has ended, which was begun within this time. */
    Sample run(Workload workload, Duration time);

    /** Empty for another program. */
    Optional<Peer> inThisProcess();

    @Override
    void close();
}
