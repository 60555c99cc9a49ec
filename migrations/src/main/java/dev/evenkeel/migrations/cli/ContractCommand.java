package dev.evenkeel.migrations.cli;

import dev.evenkeel.migrations.MigrationManager;
import picocli.CommandLine.Command;

@Command(
        name = "contract",
        mixinStandardHelpOptions = true,
        description = "Applies the contract scripts, each when no instance is left that needs what it removes.")
final class ContractCommand extends Action {

    @Override
    int run(MigrationManager migrations, Output output) {
        return follow(migrations.contract(), output);
    }
}
