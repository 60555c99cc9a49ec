package dev.evenkeel.config;

import dev.evenkeel.error.InvalidConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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

    static @Nullable Path readable(String setting, @Nullable Path file) {
        if (file != null && !Files.isReadable(file)) {
            throw unreadable(setting, file);
        }
        return file;
    }

    static InvalidConfigurationException unreadable(String setting, Path file) {
        return InvalidConfigurationException.of(
                setting,
                file,
                "a readable PEM file",
                "check the path and the rights of the user that runs the application");
    }
}
