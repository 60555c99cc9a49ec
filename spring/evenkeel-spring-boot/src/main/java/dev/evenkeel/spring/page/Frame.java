package dev.evenkeel.spring.page;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that the page shows at one moment. Immutable. */
record Frame(List<Sample> samples, @Nullable Situation situation, List<Entry> events, Map<String, Rows> tables) {

    Frame {
        samples = List.copyOf(samples);
        tables = Map.copyOf(tables);
    }
}
