package dev.evenkeel.migrations.undo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step back.
 *
 * @param ways statements that do it; the second is tried when the first fails, and so on
 * @param losses a query that finds a row which would lose something; {@code null} when none can
 */
record Reversal(List<String> ways, @Nullable String losses) {

    Reversal {
        ways = List.copyOf(ways);
    }

    static Reversal by(String... ways) {
        return new Reversal(List.of(ways), null);
    }
}
