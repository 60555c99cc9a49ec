package dev.evenkeel.migrations.cli;

import dev.evenkeel.migrations.MigrationManager;
import picocli.CommandLine.Command;

@Command(name = "migrate", mixinStandardHelpOptions = true, description = "Applies all pending scripts.")
final class MigrateCommand extends Action {

    @Override
    int run(MigrationManager migrations, Output output) {
        return follow(migrations.runMigrations(), output);
    }
}
