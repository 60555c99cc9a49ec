package dev.evenkeel.migrations.contract;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.script.Version;

/** What is refused because a contract script has removed what it needs. One that has failed counts: part of it may be there. */
public final class Contracted {

    private static final String CODE = "SCHEMA_CONTRACTED";

    private Contracted() {}

    static boolean isReason(MigrationException refused) {
        return refused.code().equals(CODE);
    }

    /** Throws if an instance with this newest migration is too old. */
    public static void refuseInstance(Version newest, History contracts) {
        contracts.attempted().filter(removed -> newest.compareTo(removed) < 0).ifPresent(removed -> {
            throw new MigrationException(Failure.of(
                    CODE,
                    ErrorType.SCHEMA,
                    "This instance knows the migrations up to version %s, and what it needs was removed by the contract script of version %s"
                            .formatted(newest, removed),
                    "end it, and start a release that has migration " + removed,
                    "if this is that release: check migrations.locations and that the build packs the folder"));
        });
    }

    /** Throws if versions from this one on cannot be taken back. */
    public static void refuseRollback(Version from, History contracts) {
        contracts.attempted().filter(removed -> from.compareTo(removed) <= 0).ifPresent(removed -> {
            throw new MigrationException(Failure.of(
                    CODE,
                    ErrorType.SCHEMA,
                    "Version %s cannot be taken back: the contract script of version %s has removed what was before it"
                            .formatted(from, removed),
                    "write what is to change as a new migration",
                    "take back only versions after " + removed));
        });
    }
}
