package dev.evenkeel.flow;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a function of the caller's makes of a row. */
public final class Mapped {

    private Mapped() {}

    /**
     * The same value.
     *
     * @throws NullPointerException when there is none, which no stream can carry
     */
    public static <T> T present(@Nullable T value) {
        return Objects.requireNonNull(
                value, "the row mapping returned null: a stream has no nulls; map the column to an Optional");
    }
}
