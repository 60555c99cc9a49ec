package dev.evenkeel.migrations.cli;

import dev.evenkeel.migrations.MigrationManager;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = "Ends the hold of a rollback: the next migrate applies these versions again.")
final class ReleaseCommand extends Action {

    @Override
    int run(MigrationManager migrations, Output output) {
        boolean released = await(migrations.release());
        output.result(
                Map.of("released", released), List.of(released ? "The hold is released." : "Nothing was on hold."));
        return ExitCode.DONE;
    }
}
