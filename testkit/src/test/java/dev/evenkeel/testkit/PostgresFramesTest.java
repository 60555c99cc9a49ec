package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(FaultBufferLeaks.class)
class PostgresFramesTest {

    private static final String CLIENT_TYPES = "QPBECSHDdcXp";
    private static final String SERVER_TYPES = "RKSZCDTEN12nt3G";

    private final FrameHandshake handshake = new FrameHandshake();
    private final FrameRecorder recorded = new FrameRecorder();

    @Test
    void findsTheSameMessagesWhereverTheStreamIsSplit() {
        FrameScript script = new FrameScript()
                .request(FrameScript.GSS_REQUEST)
                .request(FrameScript.SSL_REQUEST)
                .startup()
                .message('p', "secret\0")
                .message('Q', "COMMIT\0")
                .message('S', "");
        byte[] bytes = script.bytes();
        for (int split = 0; split <= bytes.length; split++) {
            FrameRecorder recorder = new FrameRecorder();
            FrameReader reader = new FrameReader(Direction.TO_SERVER, new FrameHandshake(), recorder);

            feed(reader, bytes, 0, split);
            feed(reader, bytes, split, bytes.length);

            assertThat(recorder.types).as("split at %s", split).containsExactly('p', 'Q', 'S');
            assertThat(recorder.bodies).containsExactly("", "COMMIT\0", "");
            assertThat(recorder.bytes.toByteArray()).isEqualTo(bytes);
        }
    }

    @Test
    void readsRandomConversationsInRandomChunksAndCutsExactlyWhereAsked() {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            Direction direction = random.nextBoolean() ? Direction.TO_SERVER : Direction.TO_CLIENT;
            FrameScript script = randomScript(random, direction);
            FrameRecorder recorder = new FrameRecorder();
            recorder.cutMessage = random.nextInt(script.messages().size());
            FrameScript.Message cut = script.messages().get(recorder.cutMessage);
            recorder.cutOffset = random.nextInt(cut.length() + 1);

            feedInChunks(new FrameReader(direction, typed(), recorder), script.bytes(), random);

            assertThat(recorder.types)
                    .as("seed %s", seed)
                    .containsExactlyElementsOf(script.messages().stream()
                            .map(FrameScript.Message::type)
                            .toList());
            assertThat(recorder.bytes.toByteArray()).as("seed %s", seed).isEqualTo(script.bytes());
            assertThat(recorder.cuts).as("seed %s", seed).containsExactly(cut.start() + recorder.cutOffset);
        }
    }

    @Test
    void keepsNothingBackOfAMessageNobodyLooksInto() {
        FrameReader reader = new FrameReader(Direction.TO_CLIENT, typed(), recorded);
        byte[] row = new FrameScript().message('D', new byte[1_000]).bytes();

        feed(reader, row, 0, 100);

        assertThat(recorded.bytes.size()).isEqualTo(100);
    }

    @Test
    void keepsAMessageBackUntilItKnowsWhatItIs() {
        FrameReader reader = new FrameReader(Direction.TO_SERVER, typed(), recorded);
        byte[] query = new FrameScript().message('Q', "COMMIT\0").bytes();

        feed(reader, query, 0, query.length - 1);
        assertThat(recorded.bytes.size()).isZero();

        reader.finish();
        assertThat(recorded.bytes.size()).isEqualTo(query.length - 1);
    }

    @Test
    void doesNotHoardLargeMessages() {
        FrameReader reader = new FrameReader(Direction.TO_SERVER, typed(), recorded);
        byte[] bind = new FrameScript()
                .message('B', new byte[5 * FrameReader.INSPECTED_BYTES])
                .message('S', "")
                .bytes();

        feed(reader, bind, 0, FrameReader.INSPECTED_BYTES);
        assertThat(recorded.bytes.size()).isEqualTo(FrameReader.INSPECTED_BYTES);
        assertThat(recorded.types).containsExactly('B');

        feed(reader, bind, FrameReader.INSPECTED_BYTES, bind.length);
        assertThat(recorded.types).containsExactly('B', 'S');
    }

    @Test
    void readsTheServersRefusalOfEncryptionAndGoesOn() {
        FrameReader client = new FrameReader(Direction.TO_SERVER, handshake, new FrameRecorder());
        FrameReader server = new FrameReader(Direction.TO_CLIENT, handshake, recorded);
        feedAll(client, new FrameScript().request(FrameScript.SSL_REQUEST));
        feedAll(server, new FrameScript().raw((byte) 'N'));
        feedAll(client, new FrameScript().startup());
        feedAll(server, new FrameScript().message('R', "\0\0\0\0").message('Z', "I"));

        assertThat(recorded.types).containsExactly('R', 'Z');
        assertThat(recorded.bytes.size()).isEqualTo(1 + 9 + 6);
    }

    @Test
    void passesEncryptedBytesOnUnread() {
        FrameReader client = new FrameReader(Direction.TO_SERVER, handshake, recorded);
        FrameReader server = new FrameReader(Direction.TO_CLIENT, handshake, recorded);
        feedAll(client, new FrameScript().request(FrameScript.SSL_REQUEST));
        feedAll(server, new FrameScript().raw((byte) 'S'));
        feedAll(client, new FrameScript().message('Q', "COMMIT\0"));

        assertThat(recorded.types).isEmpty();
        assertThat(recorded.bytes.size()).isEqualTo(8 + 1 + 12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "GET / HTTP/1.1\r\n", "\0x", "\0\0\0\7\0\3\0\0", "\0\0\0\20\0\2\0\0\0\0\0\0\0\0\0\0"})
    void passesAnyOtherProtocolOnUnread(String text) {
        FrameReader client = new FrameReader(Direction.TO_SERVER, handshake, recorded);
        feedAll(client, new FrameScript().raw(text.getBytes(StandardCharsets.ISO_8859_1)));

        assertThat(recorded.bytes.size()).isEqualTo(text.length());
        assertThat(recorded.types).isEmpty();
    }

    @Test
    void givesUpReadingWhenALengthMakesNoSense() {
        FrameReader reader = new FrameReader(Direction.TO_SERVER, typed(), recorded);
        feedAll(reader, new FrameScript().raw((byte) 'Q', (byte) 0, (byte) 0, (byte) 0, (byte) 3, (byte) 'x'));

        assertThat(recorded.bytes.size()).isEqualTo(6);
        assertThat(handshake.isOpaque()).isTrue();
    }

    private static FrameScript randomScript(Random random, Direction direction) {
        String types = direction == Direction.TO_SERVER ? CLIENT_TYPES : SERVER_TYPES;
        FrameScript script = new FrameScript();
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[random.nextInt(random.nextInt(20) == 0 ? 200_000 : 40)];
            random.nextBytes(body);
            script.message(types.charAt(random.nextInt(types.length())), body);
        }
        return script;
    }

    private static void feedInChunks(FrameReader reader, byte[] bytes, Random random) {
        int largest = 1 + random.nextInt(bytes.length < 2_000 ? 30 : 100_000);
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(largest));
            feed(reader, bytes, from, to);
            from = to;
        }
    }

    private static void feedAll(FrameReader reader, FrameScript script) {
        feed(reader, script.bytes(), 0, script.bytes().length);
    }

    private static void feed(FrameReader reader, byte[] bytes, int from, int to) {
        ByteBuf chunk = ByteBufAllocator.DEFAULT.buffer();
        reader.read(chunk.writeBytes(Arrays.copyOfRange(bytes, from, to)));
    }

    private FrameHandshake typed() {
        handshake.clientSent(8, 3 << 16);
        return handshake.isOpaque() ? new FrameHandshake() : handshake;
    }
}
