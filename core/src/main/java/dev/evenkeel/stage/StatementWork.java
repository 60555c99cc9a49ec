package dev.evenkeel.stage;

import dev.evenkeel.flow.Mapped;
import dev.evenkeel.node.Lease;
import io.r2dbc.spi.Row;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** The rows of one statement: all that a call does, so that it may do without a connection of its own. */
public record StatementWork<T>(Statements statement, Function<? super Row, ? extends @Nullable T> mapping)
        implements Work<T> {

    @Override
    public Publisher<? extends T> on(Lease lease) {
        return statement.rows(lease, mapping);
    }

    /** What one row becomes. */
    T read(Row row) {
        return Mapped.present(mapping.apply(row));
    }
}
