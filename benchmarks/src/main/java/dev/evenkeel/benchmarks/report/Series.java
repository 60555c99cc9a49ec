package dev.evenkeel.benchmarks.report;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * All rounds of one workload on one peer.
 *
 * @param inFlight operations at the same time
 * @param samples in the order of the rounds
 */
public record Series(String workload, int inFlight, String peer, List<Sample> samples) {

    public Series {
        samples = List.copyOf(samples);
    }

    double median(ToDoubleFunction<Sample> figure) {
        return Spread.of(samples.stream().mapToDouble(figure)).median();
    }

    long errors() {
        return samples.stream().mapToLong(Sample::errors).sum();
    }

    /** Empty when there was none. */
    String firstError() {
        return samples.stream()
                .map(Sample::firstError)
                .filter(error -> !error.isEmpty())
                .findFirst()
                .orElse("");
    }

    boolean sameWorkload(Series other) {
        return workload.equals(other.workload) && inFlight == other.inFlight;
    }

    /** Round by round: the two samples of a round were taken one after the other, under much the same load. */
    Spread ratioTo(Series other) {
        return Spread.of(IntStream.range(0, samples.size())
                .mapToDouble(round -> samples.get(round).perSecond()
                        / other.samples().get(round).perSecond()));
    }
}
