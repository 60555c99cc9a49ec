package dev.evenkeel.bulk;

import io.r2dbc.postgresql.codec.PostgresqlObjectId;
import io.r2dbc.spi.Parameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns rows into the parameters of {@link TargetTable#statement}. */
record ColumnArrays(GivenRows given) {

    Object[] of(List<? extends List<? extends @Nullable Object>> rows) {
        int width = given.width();
        ArrayLiteral[] arrays = new ArrayLiteral[width];
        for (int column = 0; column < width; column++) {
            arrays[column] = new ArrayLiteral();
        }
        given.forEach(rows, (column, value) -> arrays[column].add(value));
        Object[] parameters = new Object[width];
        for (int column = 0; column < width; column++) {
            parameters[column] = Parameters.in(PostgresqlObjectId.UNSPECIFIED, arrays[column].toString());
        }
        return parameters;
    }
}
