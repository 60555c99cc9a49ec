package dev.evenkeel.migrations.cli;

import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.migrations.MigrationManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        description =
                "Takes back every applied version from this one on, the newest first, and holds them until they are released.")
final class RollbackCommand extends Action {

    @Parameters(paramLabel = "VERSION", description = "the oldest version that is taken back")
    private String version = "";

    @Option(names = "--yes", description = "do not ask")
    private boolean yes;

    @Override
    @Nullable
    Integer beforehand(Output output) {
        if (yes) {
            return null;
        }
        if (!world().terminal()) {
            throw InvalidConfigurationException.of(
                    "rollback", version, "--yes where nobody can be asked", "add --yes if it is meant");
        }
        boolean agreed = world().agrees("Take back every version from %s on?".formatted(version));
        return agreed ? null : Integer.valueOf(ExitCode.USAGE);
    }

    @Override
    int run(MigrationManager migrations, Output output) {
        return follow(migrations.rollbackMigration(version), output);
    }
}
