package dev.evenkeel.wire;

import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.client.Binding;
import io.r2dbc.postgresql.message.Format;
import java.util.List;
import org.reactivestreams.Publisher;

/** Values as the driver encodes them. */
final class DriverValues implements Values {

    private final Binding binding;
    private final int[] types;

    DriverValues(Binding binding) {
        this.binding = binding;
        this.types = binding.getParameterTypes();
    }

    @Override
    public int[] types() {
        return types;
    }

    @Override
    public boolean write(ByteBuf out) {
        List<Format> formats = binding.getParameterFormats();
        out.writeShort(formats.size());
        for (int i = 0; i < formats.size(); i++) {
            out.writeShort(formats.get(i).getDiscriminator());
        }
        List<Publisher<? extends ByteBuf>> values = binding.getParameterValues();
        out.writeShort(values.size());
        for (int i = 0; i < values.size(); i++) {
            if (!ValueWriter.write(values.get(i), out)) {
                return false;
            }
        }
        return true;
    }
}
