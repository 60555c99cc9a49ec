package dev.evenkeel.migrations.undo;

import dev.evenkeel.migrations.schema.Fingerprint;
import dev.evenkeel.migrations.script.Version;

/**
 * The undo of a version that nobody has written: whatever makes the schema look as it did before.
 *
 * @param before the schema without the version
 * @param after the schema with it: if it is not like that now, somebody else has changed it since, and nothing is derived
 */
public record DerivedUndo(Version version, Fingerprint before, Fingerprint after) implements Undo {

    @Override
    public String name() {
        return "U%s__derived.sql".formatted(version);
    }

    @Override
    public boolean transactional() {
        return true;
    }
}
