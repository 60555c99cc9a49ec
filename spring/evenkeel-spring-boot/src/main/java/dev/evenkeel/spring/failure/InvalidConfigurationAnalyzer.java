package dev.evenkeel.spring.failure;

import dev.evenkeel.error.InvalidConfigurationException;
import java.util.Map;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** A wrong setting, by the name of its property. Before Spring Boot's own analysis of binding, which does not know the range. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvalidConfigurationAnalyzer extends AbstractFailureAnalyzer<InvalidConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidConfigurationException cause) {
        Map<String, String> facts = cause.details();
        String description = "Property '%s' is %s, but must be %s."
                .formatted(
                        PropertyNames.of(facts.getOrDefault("setting", "?")),
                        facts.getOrDefault("value", "?"),
                        facts.getOrDefault("allowed", "something else"));
        return new FailureAnalysis(description, Remedies.of(cause.suggestions()), cause);
    }
}
