package dev.evenkeel.monitoring.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The only way to a meter: by {@link DatabaseMeter}, with a value for each of its tags. Bounded: whoever brings ever new values gets
 * them counted as {@code other}. Thread-safe.
 */
final class Meters {

    /** Series of one meter; nodes, codes and statements of an application are fewer. */
    private static final int MOST_SERIES = 500;

    private static final String OTHER = "other";

    /** OpenTelemetry's buckets for {@code db.client.operation.duration}. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private final MeterRegistry registry;
    private final ConcurrentMap<Series, Meter> known = new ConcurrentHashMap<>();
    private final ConcurrentMap<DatabaseMeter, Integer> counts = new ConcurrentHashMap<>();

    /** Made once: one or the other is needed for every statement. */
    private final Function<Series, Meter> timers = this::registerTimer;

    private final Function<Series, Meter> counters = this::registerCounter;

    Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    private record Series(DatabaseMeter meter, List<String> values) {}

    Timer timer(DatabaseMeter meter, String... values) {
        return (Timer) meter(new Series(meter, List.of(values)), timers);
    }

    private Timer registerTimer(Series wanted) {
        return Timer.builder(wanted.meter().meter())
                .description(wanted.meter().description())
                .tags(tags(wanted))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    Counter counter(DatabaseMeter meter, String... values) {
        return (Counter) meter(new Series(meter, List.of(values)), counters);
    }

    private Counter registerCounter(Series wanted) {
        return Counter.builder(wanted.meter().meter())
                .description(wanted.meter().description())
                .tags(tags(wanted))
                .register(registry);
    }

    <T> void gauge(DatabaseMeter meter, T source, ToDoubleFunction<T> value, String... values) {
        Series series = new Series(meter, List.of(values));
        meter(
                series,
                wanted -> Gauge.builder(meter.meter(), source, value)
                        .description(meter.description())
                        .baseUnit(meter.kind() == DatabaseMeter.Kind.SECONDS ? "seconds" : null)
                        .tags(tags(wanted))
                        .strongReference(true)
                        .register(registry));
    }

    private Meter meter(Series wanted, Function<Series, Meter> register) {
        Meter meter = known.get(wanted);
        if (meter == null && isFull(wanted.meter())) {
            meter = known.get(others(wanted));
        }
        return meter == null ? registered(wanted, register) : meter;
    }

    private boolean isFull(DatabaseMeter meter) {
        return counts.getOrDefault(meter, 0) >= MOST_SERIES;
    }

    /** One at a time: two who come with new values must not both get the last place. */
    private synchronized Meter registered(Series wanted, Function<Series, Meter> register) {
        Series allowed = known.containsKey(wanted) || !isFull(wanted.meter()) ? wanted : others(wanted);
        return known.computeIfAbsent(allowed, first -> {
            counts.merge(first.meter(), 1, Integer::sum);
            return register.apply(first);
        });
    }

    private static Series others(Series one) {
        return new Series(one.meter(), one.values().stream().map(value -> OTHER).toList());
    }

    private static Tags tags(Series series) {
        Tags tags = Tags.empty();
        for (int i = 0; i < series.values().size(); i++) {
            tags = tags.and(series.meter().tags().get(i), series.values().get(i));
        }
        return tags;
    }

    /** Takes all of them out of the registry. */
    synchronized void remove() {
        known.values().forEach(registry::remove);
        known.clear();
        counts.clear();
    }
}
