package dev.evenkeel.config;

import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;

/** Range checks whose messages name the setting, the value, the range and the remedy. */
final class Require {

    private Require() {}

    static int between(String setting, int value, int min, int max, String remedy) {
        if (value < min || value > max) {
            throw InvalidConfigurationException.of(setting, value, "between %d and %d".formatted(min, max), remedy);
        }
        return value;
    }

    static double between(String setting, double value, double min, double max, String remedy) {
        if (!(value >= min && value <= max)) {
            throw InvalidConfigurationException.of(setting, value, "between %s and %s".formatted(min, max), remedy);
        }
        return value;
    }

    static Duration between(String setting, Duration value, Duration min, Duration max, String remedy) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw InvalidConfigurationException.of(setting, value, "between %s and %s".formatted(min, max), remedy);
        }
        return value;
    }
}
