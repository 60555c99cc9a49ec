package dev.evenkeel.migrations.contract;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.script.Scripts;

/**
 * The contract scripts at one moment. Immutable.
 *
 * @param config as for the migrations, but with the contract scripts' own history, which begins in a schema that is not empty
 */
public record ContractFolder(Scripts scripts, MigrationConfig config) {

    /** No script can have it, because none could run before. */
    private static final String BEFORE_ALL = "0";

    /** Reads them now. Blocks. */
    public static ContractFolder read(MigrationConfig config) {
        return new ContractFolder(Scripts.readContracts(config), withOwnHistory(config));
    }

    private static MigrationConfig withOwnHistory(MigrationConfig config) {
        return new MigrationConfig(
                config.locations(),
                config.undoLocations(),
                config.checkLocations(),
                config.contractLocations(),
                config.schema(),
                HistoryTable.CONTRACTS,
                BEFORE_ALL,
                false,
                config.placeholders(),
                config.credentials(),
                config.instanceWait(),
                config.lockTimeout(),
                config.lockBudget(),
                config.heartbeat(),
                config.integrityInterval(),
                config.contractWait(),
                config.fenceGrace(),
                config.sources());
    }
}
