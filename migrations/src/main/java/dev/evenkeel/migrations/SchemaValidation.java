package dev.evenkeel.migrations;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the schema is, compared with the scripts and with how the last migration left it. Immutable.
 *
 * @param version the newest that is applied; {@code null} when none is
 * @param pending scripts that are not applied yet, which is no fault
 * @param findings faults; empty when all is well
 * @param driftChecked whether there was something to compare the live schema with; false when another client applied the last
 *     migration
 */
public record SchemaValidation(
        @Nullable String version, List<String> pending, List<SchemaFinding> findings, boolean driftChecked) {

    public SchemaValidation {
        pending = List.copyOf(pending);
        findings = List.copyOf(findings);
    }

    public boolean isValid() {
        return findings.isEmpty();
    }
}
