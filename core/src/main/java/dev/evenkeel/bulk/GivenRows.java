package dev.evenkeel.bulk;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.QueryFailedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes rows apart, and says which one does not fit.
 *
 * @param before rows of earlier batches
 */
record GivenRows(TargetTable target, long before) {

    /** Gets the values of a row in the order of the columns, which are counted from 0. */
    interface Reader {

        /** An {@link IllegalArgumentException} names the class of a value that has no text. */
        void read(int column, @Nullable Object value);
    }

    int width() {
        return target.columns().size();
    }

    void forEach(List<? extends List<? extends @Nullable Object>> rows, Reader reader) {
        for (int i = 0; i < rows.size(); i++) {
            List<? extends @Nullable Object> row = rows.get(i);
            if (row.size() != width()) {
                throw unfit(i, "has %d values for %d columns".formatted(row.size(), width()));
            }
            for (int column = 0; column < width(); column++) {
                try {
                    reader.read(column, row.get(column));
                } catch (IllegalArgumentException unknown) {
                    throw unfit(
                            i,
                            "has a value of %s for column %s"
                                    .formatted(
                                            unknown.getMessage(),
                                            target.columns().get(column).plainName()));
                }
            }
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
