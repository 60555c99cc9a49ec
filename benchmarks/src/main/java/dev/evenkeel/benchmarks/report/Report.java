package dev.evenkeel.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What came out.
 *
 * @param conditions under which it was measured, in sentences
 * @param baseline the peer that the others are compared with
 * @param subject the peer that is compared with each of the others
 * @param series by workload, in the order of the peers
 * @param streamHeap by peer
 */
public record Report(
        String conditions, String baseline, String subject, List<Series> series, Map<String, LiveHeap> streamHeap) {

    public Report {
        series = List.copyOf(series);
        streamHeap = new LinkedHashMap<>(streamHeap);
    }

    /** The series of each workload, in their order. */
    List<List<Series>> workloads() {
        List<List<Series>> workloads = new ArrayList<>();
        for (Series one : series) {
            if (workloads.isEmpty() || !last(workloads).get(0).sameWorkload(one)) {
                workloads.add(new ArrayList<>());
            }
            last(workloads).add(one);
        }
        return workloads;
    }

    private static <T> T last(List<T> all) {
        return all.get(all.size() - 1);
    }

    /** Empty where that peer does not run this workload. */
    static Optional<Series> of(String peer, List<Series> workload) {
        return workload.stream().filter(one -> one.peer().equals(peer)).findFirst();
    }

    /** The peers in their order. */
    List<String> peers() {
        return series.stream().map(Series::peer).distinct().toList();
    }
}
