package dev.evenkeel.spring.transaction;

import io.r2dbc.spi.Wrapped;
import org.jspecify.annotations.Nullable;

/** Looks behind what decorators have put in front of a connection. */
final class Wrappers {

    private static final int DEPTH = 10;

    private Wrappers() {}

    /** The first one of this type; {@code null} when there is none. */
    static <E> @Nullable E find(@Nullable Object outermost, Class<E> type) {
        Object link = outermost;
        for (int depth = 0; link != null && depth < DEPTH; depth++) {
            if (type.isInstance(link)) {
                return type.cast(link);
            }
            if (!(link instanceof Wrapped<?> wrapped)) {
                return null;
            }
            E found = wrapped.unwrap(type);
            if (found != null) {
                return found;
            }
            link = wrapped.unwrap();
        }
        return null;
    }
}
