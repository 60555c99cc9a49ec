package dev.evenkeel.wire;

import io.netty.buffer.ByteBuf;
import io.r2dbc.spi.Blob;
import io.r2dbc.spi.Clob;
import io.r2dbc.spi.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one execution sends for the parameters of its statement. */
public sealed interface Values permits PlainValues, DriverValues {

    Values NONE = new PlainValues(List.of(), new int[0]);

    /** Object identifiers; not to be changed. */
    int[] types();

    /** Writes formats and values. False when one does not come at once, as that of a large object does not: then nothing is of use. */
    boolean write(ByteBuf out);

    /** Whether it is read from a stream when it is sent. */
    static boolean comesLater(@Nullable Object value) {
        Object plain = value instanceof Parameter typed ? typed.getValue() : value;
        return plain instanceof Blob || plain instanceof Clob;
    }
}
