package dev.evenkeel.migrations.cli;

import dev.evenkeel.migrations.MigrationManager;
import dev.evenkeel.migrations.MigrationRecord;
import dev.evenkeel.migrations.MigrationStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "status", mixinStandardHelpOptions = true, description = "What is applied, and what is pending.")
final class StatusCommand extends Action {

    @Option(names = "--check", description = "exit with 1 when something is pending or failed")
    private boolean check;

    @Override
    int run(MigrationManager migrations, Output output) {
        List<MigrationRecord> records = await(migrations.getMigrationHistory().collectList());
        output.result(records, lines(records));
        boolean unfinished = records.stream()
                .anyMatch(it -> it.status() == MigrationStatus.PENDING || it.status() == MigrationStatus.FAILED);
        return check && unfinished ? ExitCode.FINDING : ExitCode.DONE;
    }

    private static List<String> lines(List<MigrationRecord> records) {
        if (records.isEmpty()) {
            return List.of("There are no migrations, neither applied nor pending.");
        }
        List<String> lines = new ArrayList<>();
        lines.add("%-16s %-12s %-20s %9s  %s".formatted("VERSION", "STATUS", "APPLIED (UTC)", "TOOK", "NAME"));
        for (MigrationRecord it : records) {
            lines.add("%-16s %-12s %-20s %9s  %s"
                    .formatted(
                            it.version() == null ? "repeatable" : it.version(),
                            it.status().name().toLowerCase(Locale.ROOT),
                            it.executedAt() == null
                                    ? ""
                                    : it.executedAt().toString().substring(0, 19),
                            it.executionTime() == null ? "" : it.executionTime().toMillis() + " ms",
                            it.name()));
        }
        return lines;
    }
}
