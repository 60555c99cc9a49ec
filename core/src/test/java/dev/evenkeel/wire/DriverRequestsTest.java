package dev.evenkeel.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DriverRequestsTest {

    private static final String START_UP = "00000009" + "00030000" + "00";
    private static final String PASSWORD = message('p', "secret");
    private static final String QUERY = message('Q', "select 'S', 'Q'");
    private static final String PARSE = message('P', "select $1");
    private static final String BIND = message('B', "Q\0S");
    private static final String SYNC = message('S', "");
    private static final String COPY_DATA = message('d', "Q".repeat(300));

    private final AtomicInteger asked = new AtomicInteger();
    private final Set<ByteBuf> ours = Collections.newSetFromMap(new IdentityHashMap<>());
    private final DriverRequests requests = new DriverRequests(ours::contains, asked::incrementAndGet);
    private final EmbeddedChannel channel = new EmbeddedChannel(requests);

    private static String message(char type, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().toHexDigits((byte) type)
                + HexFormat.of().toHexDigits(bytes.length + 4)
                + HexFormat.of().formatHex(bytes);
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }

    private int askedBy(String hex) {
        channel.writeOutbound(bytes(hex));
        return asked.get();
    }

    @Test
    void aStartUpAsksOnceAndWhatProvesWhoItIsDoesNot() {
        assertThat(askedBy(START_UP)).isEqualTo(1);
        assertThat(askedBy(PASSWORD)).isEqualTo(1);
    }

    @Test
    void aSimpleQueryAsksOnceWhateverItsTextHolds() {
        assertThat(askedBy(QUERY)).isEqualTo(1);
        assertThat(askedBy(QUERY + QUERY)).isEqualTo(3);
    }

    @Test
    void aStatementInSeveralMessagesAsksWithItsSync() {
        assertThat(askedBy(PARSE + BIND)).isZero();
        assertThat(askedBy(SYNC)).isEqualTo(1);
        assertThat(askedBy(BIND + SYNC)).isEqualTo(2);
    }

    @Test
    void dataOfACopyAsksNothing() {
        assertThat(askedBy(QUERY)).isEqualTo(1);
        assertThat(askedBy(COPY_DATA + COPY_DATA + message('c', ""))).isEqualTo(1);
    }

    @Test
    void itDoesNotMatterInWhichPiecesMessagesAreWritten() {
        String all = START_UP + PASSWORD + QUERY + PARSE + BIND + SYNC + COPY_DATA + SYNC;
        for (int size = 1; size < all.length() / 2; size++) {
            AtomicInteger seen = new AtomicInteger();
            EmbeddedChannel other = new EmbeddedChannel(new DriverRequests(bytes -> false, seen::incrementAndGet));
            for (int at = 0; at < all.length(); at += 2 * size) {
                other.writeOutbound(bytes(all.substring(at, Math.min(all.length(), at + 2 * size))));
            }
            assertThat(seen).as("in pieces of %d bytes", size).hasValue(4);
            other.finishAndReleaseAll();
        }
    }

    @Test
    void whatIsOursIsNotCounted() {
        ByteBuf own = bytes(QUERY);
        ours.add(own);
        channel.writeOutbound(own);

        assertThat(asked).hasValue(0);
        assertThat(channel.outboundMessages()).containsExactly(own);
    }

    private boolean isAmidAfter(String hex) {
        channel.writeOutbound(bytes(hex));
        return requests.areAmidOne();
    }

    @Test
    void isAmidARequestUntilAllOfItIsWritten() {
        assertThat(isAmidAfter(START_UP)).isFalse();
        assertThat(isAmidAfter(PARSE + BIND + message('H', ""))).isTrue();
        assertThat(isAmidAfter(message('C', "S"))).isTrue();
        assertThat(isAmidAfter(SYNC)).isFalse();
        assertThat(isAmidAfter(QUERY)).isFalse();
        assertThat(isAmidAfter(COPY_DATA)).isTrue();
        assertThat(isAmidAfter(message('c', ""))).isFalse();
        assertThat(isAmidAfter(COPY_DATA)).isTrue();
        ByteBuf own = bytes(SYNC);
        ours.add(own);
        channel.writeOutbound(own);
        assertThat(requests.areAmidOne()).isFalse();
        assertThat(isAmidAfter(QUERY.substring(0, 4))).isTrue();
        assertThat(isAmidAfter(QUERY.substring(4))).isFalse();
    }
}
