package dev.evenkeel.wire;

import io.r2dbc.postgresql.client.Binding;
import io.r2dbc.postgresql.codec.Codecs;
import io.r2dbc.postgresql.codec.PostgresqlObjectId;
import io.r2dbc.spi.Blob;
import io.r2dbc.spi.Clob;
import io.r2dbc.spi.Parameter;
import io.r2dbc.spi.Parameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parameters as the driver encodes them. */
public final class Values {

    private static final Object UNTYPED_NULL = Parameters.in(PostgresqlObjectId.UNSPECIFIED);

    private Values() {}

    /** Whether it is read from a stream when it is sent. */
    public static boolean comesLater(@Nullable Object value) {
        Object plain = value instanceof Parameter typed ? typed.getValue() : value;
        return plain instanceof Blob || plain instanceof Clob;
    }

    /** {@code null} when the driver has no way to send one of them, or when one comes as a stream. */
    public static @Nullable Binding bind(Codecs codecs, List<@Nullable Object> parameters) {
        if (parameters.isEmpty()) {
            return Binding.EMPTY;
        }
        try {
            Binding values = new Binding(parameters.size());
            for (int i = 0; i < parameters.size(); i++) {
                Object value = parameters.get(i);
                if (comesLater(value)) {
                    return null;
                }
                values.add(i, codecs.encode(value == null ? UNTYPED_NULL : value));
            }
            return values;
        } catch (IllegalArgumentException | IllegalStateException unfit) {
            return null;
        }
    }
}
