package dev.evenkeel;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Whether a client's writes were acknowledged by one timeline at a time: once one was acknowledged on a later timeline, none
 * may be sent to an earlier one and be acknowledged there, unless the cluster went back to that and said so. Writes that were
 * under way at the moment of the change have no order.
 */
final class TimelineOrder {

    private TimelineOrder() {}

    /**
     * The writes that break it.
     *
     * @param wentBack when it was said that the cluster went back, in {@code System.nanoTime()}, and to which timeline
     */
    static List<Load.Write> violations(List<Load.Write> acknowledged, Map<Long, Integer> wentBack) {
        NavigableMap<Long, Integer> moments = new TreeMap<>();
        acknowledged.forEach(write -> moments.merge(write.acknowledgedNanos(), write.timeline(), Math::max));
        NavigableMap<Long, Integer> latest = new TreeMap<>(Map.of(Long.MIN_VALUE, 0));
        moments.putAll(wentBack);
        moments.forEach((nanos, timeline) -> {
            boolean later = timeline > latest.lastEntry().getValue();
            if (later || wentBack.containsKey(nanos)) {
                latest.put(nanos, timeline);
            }
        });
        return acknowledged.stream()
                .filter(write ->
                        write.timeline() < latest.floorEntry(write.sentNanos()).getValue())
                .toList();
    }
}
