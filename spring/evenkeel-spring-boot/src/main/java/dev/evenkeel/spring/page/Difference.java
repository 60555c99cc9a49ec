package dev.evenkeel.spring.page;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one browser does not know yet. One that was too slow for some frames gets all points of its charts with the next one, and
 * of the rest the latest. For one subscriber only.
 */
final class Difference {

    private @Nullable Frame known;

    /** What is to be sent for this frame, by name. The first one has all. */
    Map<String, Object> to(Frame frame) {
        Frame before = known;
        known = frame;
        Map<String, Object> news = new LinkedHashMap<>();
        news.put("first", before == null);
        news.put("samples", before == null ? frame.samples() : since(last(before), frame.samples()));
        if (frame.situation() != null && (before == null || !frame.situation().equals(before.situation()))) {
            news.put("situation", frame.situation());
        }
        if (before == null || !frame.events().equals(before.events())) {
            news.put("events", frame.events());
        }
        frame.tables().forEach((name, rows) -> {
            if (before == null || !Objects.equals(rows, before.tables().get(name))) {
                news.put(name, rows);
            }
        });
        return news;
    }

    private static long last(Frame frame) {
        List<Sample> samples = frame.samples();
        return samples.isEmpty() ? 0 : samples.get(samples.size() - 1).t();
    }

    private static List<Sample> since(long moment, List<Sample> samples) {
        return samples.stream().filter(sample -> sample.t() > moment).toList();
    }
}
