package dev.evenkeel.monitoring;

import dev.evenkeel.error.InvalidConfigurationException;
import java.util.EnumMap;
import java.util.Map;

/**
 * From where on findings are reported. Immutable.
 *
 * @param thresholds those that differ from their defaults; none is negative
 */
public record AdviceConfig(Map<Threshold, Double> thresholds) {

    public AdviceConfig {
        thresholds = Map.copyOf(thresholds);
        thresholds.forEach((threshold, value) -> {
            if (!(value >= 0) || Double.isInfinite(value)) {
                throw InvalidConfigurationException.of(
                        "advice." + threshold.placeholder(),
                        value,
                        "0 or more " + threshold.unit(),
                        "the default is " + threshold.standard());
            }
        });
    }

    public static AdviceConfig defaults() {
        return new AdviceConfig(Map.of());
    }

    public AdviceConfig with(Threshold threshold, double value) {
        Map<Threshold, Double> changed = new EnumMap<>(Threshold.class);
        changed.putAll(thresholds);
        changed.put(threshold, value);
        return new AdviceConfig(changed);
    }

    public double of(Threshold threshold) {
        return thresholds.getOrDefault(threshold, threshold.standard());
    }
}
