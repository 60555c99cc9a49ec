package dev.evenkeel.monitoring.alert;

import dev.evenkeel.monitoring.Recommendation.Severity;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * What is an alert. Immutable.
 *
 * @param name stable
 * @param patience how long it must be so before somebody is told
 * @param condition everything that is wrong at a moment, one entry for each object
 */
record AlertRule(String name, Severity severity, Duration patience, Function<Situation, List<Trouble>> condition) {}
