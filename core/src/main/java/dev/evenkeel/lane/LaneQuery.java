package dev.evenkeel.lane;

import dev.evenkeel.error.DatabaseException;
import io.r2dbc.spi.Row;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants of a lane.
 *
 * @param mapping of a row that can be read only inside it; never returns {@code null}
 * @param deadlineNanos when it must have ended, on the clock of the lane
 * @param requestId identifies the caller in errors
 * @param late what the caller gets at its deadline
 */
public record LaneQuery<T>(
        String sql,
        List<@Nullable Object> parameters,
        Function<? super Row, ? extends T> mapping,
        long deadlineNanos,
        Supplier<String> requestId,
        Supplier<DatabaseException> late) {}
