package dev.evenkeel.monitoring.plan;

import dev.evenkeel.monitoring.PlanChange;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Remembers how each statement was executed last. Bounded: the ones that were seen longest ago go first. Thread-safe. */
public final class PlanHistory {

    private final Map<String, Seen> last;

    /** For so many statements. */
    public PlanHistory(int most) {
        this.last = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
                return size() > most;
            }
        };
    }

    private record Seen(String shape, Duration mean) {}

    /** What has changed since the plan before; empty for the first one, and when it is the same. */
    public synchronized Optional<PlanChange> see(String fingerprint, String sql, Plan plan, Duration mean) {
        Seen now = new Seen(plan.shape(), mean);
        @Nullable Seen before = last.put(fingerprint, now);
        return before == null || before.shape().equals(now.shape())
                ? Optional.empty()
                : Optional.of(new PlanChange(fingerprint, sql, before.shape(), now.shape(), before.mean(), mean));
    }
}
