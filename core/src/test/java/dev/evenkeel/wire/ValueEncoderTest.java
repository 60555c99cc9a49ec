package dev.evenkeel.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.driver.SessionCodecs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.r2dbc.postgresql.codec.DefaultCodecs;
import io.r2dbc.spi.Blob;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.R2dbcType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

/** What is written without the driver's codecs must be what they write, with the same types. */
class ValueEncoderTest {

    private final DefaultCodecs codecs = new DefaultCodecs(ByteBufAllocator.DEFAULT);
    private final ValueEncoder ours = new ValueEncoder(new SessionCodecs(codecs, true));
    private final ValueEncoder drivers = new ValueEncoder(new SessionCodecs(codecs, false));

    static List<List<@Nullable Object>> values() {
        return List.of(
                Arrays.asList(0, Integer.MIN_VALUE, Integer.MAX_VALUE),
                Arrays.asList(0L, Long.MIN_VALUE, Long.MAX_VALUE, 7),
                Arrays.asList((short) 0, Short.MIN_VALUE, Short.MAX_VALUE),
                Arrays.asList("", "text", "Zoë → €, 𝄞", "half a pair: \uD834", "\uDD1E: the other", "zero: \0"),
                Arrays.asList(null, 1, null, "x"),
                Arrays.asList(1, new BigDecimal("1.50"), null, "x"),
                Arrays.asList(Parameters.in(R2dbcType.VARCHAR, "x"), 5));
    }

    private static String written(@Nullable Values values) {
        ByteBuf out = Unpooled.buffer();
        assertThat(Objects.requireNonNull(values).write(out)).isTrue();
        return Arrays.toString(values.types()) + " " + ByteBufUtil.hexDump(out);
    }

    @ParameterizedTest
    @MethodSource("values")
    void writesWhatTheDriverWrites(List<@Nullable Object> values) {
        assertThat(written(ours.encode(values))).isEqualTo(written(drivers.encode(values)));
    }

    @Test
    void usesTheDriverForWhatIsNotPlainOnly() {
        assertThat(ours.encode(Arrays.asList(1, "x", null))).isInstanceOf(PlainValues.class);
        assertThat(ours.encode(Arrays.asList(1, UUID.randomUUID()))).isInstanceOf(DriverValues.class);
        assertThat(drivers.encode(List.of(1))).isInstanceOf(DriverValues.class);
    }

    @Test
    void hasNothingForWhatTheDriverCannotSendOrWhatComesLater() {
        assertThat(ours.encode(List.of(1, new Object()))).isNull();
        assertThat(ours.encode(List.of(Blob.from(Mono.empty())))).isNull();
    }

    @Test
    void takesWhatWasPreparedOneByOne() {
        Object[] prepared = {
            ours.prepare(1), ours.prepare("x"), ours.prepare(new BigDecimal("1.50")), ours.prepareNull(Long.class)
        };

        assertThat(written(ours.ofPrepared(prepared)))
                .isEqualTo(written(drivers.encode(List.of(1, "x", new BigDecimal("1.50"), Parameters.in(Long.class)))));
        assertThat(ours.ofPrepared(new @Nullable Object[] {1, null})).isNull();
        assertThatThrownBy(() -> ours.prepare(new Object())).isInstanceOf(IllegalArgumentException.class);
    }
}
