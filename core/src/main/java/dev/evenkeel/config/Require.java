package dev.evenkeel.config;

import dev.evenkeel.error.InvalidConfigurationException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Range checks of the settings of all modules. Each gives the value back if it is in its range; otherwise it throws an
 * {@link InvalidConfigurationException} that names the setting as its user has typed it, the value, the range and the remedy.
 */
public final class Require {

    private static final Map<ChronoUnit, String> UNITS = new LinkedHashMap<>();

    static {
        UNITS.put(ChronoUnit.DAYS, "d");
        UNITS.put(ChronoUnit.HOURS, "h");
        UNITS.put(ChronoUnit.MINUTES, "min");
        UNITS.put(ChronoUnit.SECONDS, "s");
        UNITS.put(ChronoUnit.MILLIS, "ms");
    }

    private Require() {}

    /** Both ends are allowed. */
    public static int between(String setting, int value, int min, int max, String remedy) {
        if (value < min || value > max) {
            throw InvalidConfigurationException.of(setting, value, "between %d and %d".formatted(min, max), remedy);
        }
        return value;
    }

    /** Both ends are allowed, and NaN is not. */
    public static double between(String setting, double value, double min, double max, String remedy) {
        if (!(value >= min && value <= max)) {
            throw InvalidConfigurationException.of(
                    setting, value, "between %s and %s".formatted(words(min), words(max)), remedy);
        }
        return value;
    }

    /** Both ends are allowed. */
    public static Duration between(String setting, Duration value, Duration min, Duration max, String remedy) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw InvalidConfigurationException.of(
                    setting, value, "between %s and %s".formatted(words(min), words(max)), remedy);
        }
        return value;
    }

    /** So long or longer. */
    public static Duration atLeast(String setting, Duration value, Duration min, String remedy) {
        if (value.compareTo(min) < 0) {
            throw InvalidConfigurationException.of(setting, value, "at least " + words(min), remedy);
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

    private static String words(double bound) {
        return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
    }

    /** In the largest unit that it is a whole number of. */
    private static String words(Duration bound) {
        if (bound.isZero()) {
            return "0";
        }
        return UNITS.entrySet().stream()
                .filter(unit -> bound.toNanos() % unit.getKey().getDuration().toNanos() == 0)
                .map(unit -> bound.dividedBy(unit.getKey().getDuration()) + " " + unit.getValue())
                .findFirst()
                .orElseGet(bound::toString);
    }
}
