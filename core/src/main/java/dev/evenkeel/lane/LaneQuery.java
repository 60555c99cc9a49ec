package dev.evenkeel.lane;

import dev.evenkeel.error.DatabaseException;
import io.r2dbc.spi.Row;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a caller wants of a lane; as a function, what becomes of a row that can be read only inside it, never {@code null}. */
public interface LaneQuery<T> extends Function<Row, T> {

    String sql();

    List<@Nullable Object> parameters();

    /** When it must have ended, on the clock of the lane. */
    long deadlineNanos();

    /** Identifies the caller in errors. */
    String requestId();

    /** What the caller gets at its deadline. */
    DatabaseException late();
}
