package dev.evenkeel.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came out.
 *
 * @param conditions under which it was measured, in a sentence
 * @param series by workload, the baseline's before those of the other peers
 * @param streamHeap by peer
 */
record Report(String conditions, List<Series> series, Map<String, LiveHeap> streamHeap) {

    private static final double MEGABYTE = 1 << 20;

    Report {
        series = List.copyOf(series);
        streamHeap = new LinkedHashMap<>(streamHeap);
    }

    String markdown() {
        String baseline = series.get(0).peer();
        StringBuilder text = new StringBuilder(conditions).append("\n\n");
        text.append(
                "| workload | in flight | peer | per second | ratio to %s | spread | processor time | bytes per operation |\n"
                        .formatted(baseline));
        text.append("|---|--:|---|--:|--:|--:|--:|--:|\n");
        series.forEach(one -> text.append(line(one, baselineOf(one.workload(), baseline))));
        text.append("\n| peer | live heap before the stream | peak live heap while it ran |\n|---|--:|--:|\n");
        streamHeap.forEach((peer, heap) -> text.append(line(peer, heap)));
        return text.toString();
    }

    private Series baselineOf(Workload workload, String peer) {
        return series.stream()
                .filter(one -> one.workload().equals(workload) && one.peer().equals(peer))
                .findFirst()
                .orElseThrow();
    }

    private static String line(String peer, LiveHeap heap) {
        return String.format(
                Locale.ROOT,
                "| %s | %.2f MB | %.2f MB |\n",
                peer,
                heap.beforeBytes() / MEGABYTE,
                heap.peakBytes() / MEGABYTE);
    }

    private static String line(Series one, Series baseline) {
        Spread ratio = one.ratioTo(baseline);
        return String.format(
                Locale.ROOT,
                "| %s | %d | %s | %,.1f | %.2f | %.2f..%.2f | %,.1f µs | %,.0f |\n",
                one.workload().name(),
                one.workload().inFlight(),
                one.peer(),
                one.perSecond(),
                ratio.median(),
                ratio.least(),
                ratio.most(),
                one.cpuMicrosPerOperation(),
                one.bytesPerOperation());
    }
}
