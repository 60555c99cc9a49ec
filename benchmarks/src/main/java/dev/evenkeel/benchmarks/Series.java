package dev.evenkeel.benchmarks;

import java.util.List;
import java.util.stream.IntStream;

/**
 * All rounds of one workload on one peer.
 *
 * @param samples in the order of the rounds
 */
record Series(Workload workload, String peer, List<Sample> samples) {

    Series {
        samples = List.copyOf(samples);
    }

    double perSecond() {
        return Spread.of(samples.stream().mapToDouble(Sample::perSecond)).median();
    }

    double cpuMicrosPerOperation() {
        return Spread.of(samples.stream().mapToDouble(Sample::cpuMicrosPerOperation))
                .median();
    }

    double bytesPerOperation() {
        return Spread.of(samples.stream().mapToDouble(Sample::bytesPerOperation))
                .median();
    }

    /** Round by round: the two samples of a round were taken one after the other, under much the same load. */
    Spread ratioTo(Series other) {
        return Spread.of(IntStream.range(0, samples.size())
                .mapToDouble(round -> samples.get(round).perSecond()
                        / other.samples().get(round).perSecond()));
    }
}
