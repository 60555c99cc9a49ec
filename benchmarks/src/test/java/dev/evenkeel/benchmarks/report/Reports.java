package dev.evenkeel.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Made-up reports. */
final class Reports {

    static final String BASELINE = "plain & <old>";
    static final String SUBJECT = "Evenkeel";
    static final String OTHER = "other";

    private Reports() {}

    /** One second for each round. */
    static Series series(String workload, int inFlight, String peer, long... operations) {
        return new Series(
                workload,
                inFlight,
                peer,
                LongStream.of(operations)
                        .mapToObj(one -> new Sample(one, 1e9, one * 1_500.0, one * 12_300.0, latency(), 0, ""))
                        .toList());
    }

    private static Latency latency() {
        return new Latency(250_000, 31_000_000);
    }

    static Report of(Series... series) {
        return new Report(
                "Made up.",
                BASELINE,
                SUBJECT,
                new ArrayList<>(List.of(series)),
                Map.of(SUBJECT, new LiveHeap(4 << 20, 9 << 20)));
    }

    /** Two workloads; the other peer only runs the first. */
    static Report sample() {
        return of(
                series("select", 10, BASELINE, 1_000, 2_000, 1_000),
                series("select", 10, SUBJECT, 3_000, 4_000, 2_500),
                series("select", 10, OTHER, 500, 500, 500),
                series("stream", 1, BASELINE, 10, 10, 10),
                series("stream", 1, SUBJECT, 8, 9, 7));
    }
}
