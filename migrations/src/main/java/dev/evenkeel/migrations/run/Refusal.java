package dev.evenkeel.migrations.run;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.SchemaFinding;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes an error of what was found, because no script may run on top of it. */
final class Refusal {

    private Refusal() {}

    /** The first finding, and how many there are. */
    static Optional<MigrationException> of(List<SchemaFinding> findings) {
        return findings.stream().findFirst().map(finding -> {
            String others =
                    findings.size() == 1 ? "" : " (and %d more: see validateSchema())".formatted(findings.size() - 1);
            return new MigrationException(Failure.of(
                            finding.kind().name(),
                            ErrorType.SCHEMA,
                            "Nothing was applied: %s%s".formatted(finding.message(), others),
                            finding.remedy())
                    .with(Map.of("script", finding.object())));
        });
    }
}
