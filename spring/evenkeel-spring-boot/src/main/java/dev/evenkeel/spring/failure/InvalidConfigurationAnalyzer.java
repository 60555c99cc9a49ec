package dev.evenkeel.spring.failure;

import dev.evenkeel.error.InvalidConfigurationException;
import java.util.List;
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
        String description = "Property %s is %s, but must be %s."
                .formatted(
                        PropertyNames.quoted(facts.getOrDefault("setting", "?")),
                        PropertyNames.in(facts.getOrDefault("value", "?")),
                        PropertyNames.in(facts.getOrDefault("allowed", "something else")));
        List<String> remedies =
                cause.suggestions().stream().map(PropertyNames::in).toList();
        return new FailureAnalysis(description, Remedies.of(remedies), cause);
    }
}
