package dev.evenkeel.bulk;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.QueryFailedException;
import io.r2dbc.postgresql.codec.PostgresqlObjectId;
import io.r2dbc.spi.Parameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows into the parameters of {@link TargetTable#statement}.
 *
 * @param before rows of earlier batches, so that an error can name its row
 */
record ColumnArrays(TargetTable target, long before) {

    Object[] of(List<? extends List<? extends @Nullable Object>> rows) {
        int width = target.columns().size();
        ArrayLiteral[] arrays = new ArrayLiteral[width];
        for (int column = 0; column < width; column++) {
            arrays[column] = new ArrayLiteral();
        }
        for (int i = 0; i < rows.size(); i++) {
            List<? extends @Nullable Object> row = rows.get(i);
            if (row.size() != width) {
                throw unfit(i, "has %d values for %d columns".formatted(row.size(), width));
            }
            for (int column = 0; column < width; column++) {
                add(arrays[column], row.get(column), i, column);
            }
        }
        Object[] parameters = new Object[width];
        for (int column = 0; column < width; column++) {
            parameters[column] = Parameters.in(PostgresqlObjectId.UNSPECIFIED, arrays[column].toString());
        }
        return parameters;
    }

    private void add(ArrayLiteral array, @Nullable Object value, int row, int column) {
        try {
            array.add(value);
        } catch (IllegalArgumentException unknown) {
            throw unfit(
                    row,
                    "has a value of %s for column %s"
                            .formatted(
                                    unknown.getMessage(),
                                    target.columns().get(column).plainName()));
        }
    }

    private QueryFailedException unfit(int row, String what) {
        return new QueryFailedException(
                Failure.of(
                        "BAD_PARAMETERS",
                        ErrorType.QUERY,
                        "Row %d for %s %s".formatted(before + row + 1, target.name(), what),
                        "give one value for each column, in the order in which the columns were named",
                        "values may be numbers, text, booleans, UUIDs, enums, java.time, bytes, Json, and arrays of them; others as text"));
    }
}
