package dev.evenkeel.migrations.cli;

import dev.evenkeel.migrations.MigrationManager;
import dev.evenkeel.migrations.SchemaFinding;
import dev.evenkeel.migrations.SchemaValidation;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = "Compares files, history and live schema; exits with 1 when something is wrong.")
final class ValidateCommand extends Action {

    @Override
    int run(MigrationManager migrations, Output output) {
        SchemaValidation validation = await(migrations.validateSchema());
        output.result(validation, lines(validation));
        return validation.isValid() ? ExitCode.DONE : ExitCode.FINDING;
    }

    private static List<String> lines(SchemaValidation validation) {
        List<String> lines = new ArrayList<>();
        for (SchemaFinding finding : validation.findings()) {
            lines.add("%s: %s".formatted(finding.kind(), finding.message()));
            lines.add("  " + finding.remedy());
        }
        lines.add("%s, %d pending, %s%s"
                .formatted(
                        validation.version() == null ? "no version" : "version " + validation.version(),
                        validation.pending().size(),
                        validation.isValid()
                                ? "all is well"
                                : validation.findings().size() + " findings",
                        validation.driftChecked() ? "" : "; not compared with how the last migration left it"));
        return lines;
    }
}
