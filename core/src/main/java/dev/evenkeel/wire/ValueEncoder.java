package dev.evenkeel.wire;

import dev.evenkeel.driver.SessionCodecs;
import io.r2dbc.postgresql.client.Binding;
import io.r2dbc.postgresql.client.EncodedParameter;
import io.r2dbc.postgresql.codec.Codecs;
import io.r2dbc.postgresql.codec.PostgresqlObjectId;
import io.r2dbc.spi.Parameters;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the values of one session ready to be sent, each with the type that the driver gives it. Thread-safe.
 */
public final class ValueEncoder {

    private static final Object UNTYPED_NULL = Parameters.in(PostgresqlObjectId.UNSPECIFIED);
    private static final int UNSPECIFIED = 0;

    private final Codecs codecs;
    private final boolean plain;
    private final int typeOfShort;
    private final int typeOfInteger;
    private final int typeOfLong;
    private final int typeOfString;

    public ValueEncoder(SessionCodecs session) {
        this.codecs = session.codecs();
        this.plain = session.areTheDrivers();
        this.typeOfShort = plain ? typeOf((short) 0) : UNSPECIFIED;
        this.typeOfInteger = plain ? typeOf(0) : UNSPECIFIED;
        this.typeOfLong = plain ? typeOf(0L) : UNSPECIFIED;
        this.typeOfString = plain ? typeOf("") : UNSPECIFIED;
    }

    private int typeOf(Object value) {
        return new Binding(1).add(0, codecs.encode(value)).getParameterTypes()[0];
    }

    /** {@code null} when the driver has no way to send one of them, or when one comes as a stream. */
    public @Nullable Values encode(List<@Nullable Object> values) {
        if (values.isEmpty()) {
            return Values.NONE;
        }
        return arePlain(values) ? new PlainValues(values, types(values)) : byDriver(values);
    }

    private boolean arePlain(List<@Nullable Object> values) {
        if (!plain) {
            return false;
        }
        for (int i = 0; i < values.size(); i++) {
            if (!isPlain(values.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(@Nullable Object value) {
        return value == null
                || value instanceof Integer
                || value instanceof Long
                || value instanceof String
                || value instanceof Short;
    }

    private int[] types(List<@Nullable Object> values) {
        int[] types = new int[values.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = typeOfPlain(values.get(i));
        }
        return types;
    }

    private int typeOfPlain(@Nullable Object value) {
        if (value instanceof Integer) {
            return typeOfInteger;
        } else if (value instanceof Long) {
            return typeOfLong;
        } else if (value instanceof String) {
            return typeOfString;
        }
        return value == null ? UNSPECIFIED : typeOfShort;
    }

    private @Nullable Values byDriver(List<@Nullable Object> values) {
        try {
            Binding binding = new Binding(values.size());
            for (int i = 0; i < values.size(); i++) {
                Object value = values.get(i);
                if (Values.comesLater(value)) {
                    return null;
                }
                binding.add(i, encoded(value));
            }
            return new DriverValues(binding);
        } catch (IllegalArgumentException | IllegalStateException unfit) {
            return null;
        }
    }

    private EncodedParameter encoded(@Nullable Object value) {
        return value instanceof EncodedParameter already
                ? already
                : codecs.encode(value == null ? UNTYPED_NULL : value);
    }

    /**
     * What {@link #encode} takes for one value, which does not come later.
     *
     * @throws IllegalArgumentException as the driver does, when it has no way to send it
     */
    public Object prepare(Object value) {
        return plain && isPlain(value) ? value : codecs.encode(value);
    }

    /** The same for NULL of this type. */
    public Object prepareNull(Class<?> type) {
        return codecs.encodeNull(type);
    }

    /** The same as {@link #encode} of all those; {@code null} when one is missing. */
    public @Nullable Values ofPrepared(@Nullable Object[] prepared) {
        for (Object value : prepared) {
            if (value == null) {
                return null;
            }
        }
        return encode(Arrays.asList(prepared.clone()));
    }
}
