package dev.evenkeel.monitoring.alert;

import java.util.List;
import java.util.Map;

/** What a rule has found at one moment. Immutable. */
record Trouble(String object, String summary, Map<String, String> evidence, List<String> remedy) {

    static Trouble of(String object, String summary, Map<String, String> evidence, String... remedy) {
        return new Trouble(object, summary, evidence, List.of(remedy));
    }
}
