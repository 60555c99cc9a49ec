package dev.evenkeel.migrations.schema;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that two fingerprints disagree about.
 *
 * @param before as it is in the first one; {@code null} when it is not there
 * @param after as it is in the second one; {@code null} when it is not there
 */
public record Change(@Nullable SchemaItem before, @Nullable SchemaItem after) {

    public SchemaItem item() {
        return Objects.requireNonNull(before == null ? after : before);
    }

    public boolean isAdded() {
        return before == null;
    }

    public boolean isRemoved() {
        return after == null;
    }

    /** Whether it is another thing of the same name. */
    public boolean isReplaced() {
        return before != null && after != null && !before.identity().equals(after.identity());
    }
}
