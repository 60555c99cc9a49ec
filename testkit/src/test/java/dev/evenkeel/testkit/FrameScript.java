package dev.evenkeel.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes one side of a PostgreSQL conversation and knows where each typed message begins. */
final class FrameScript {

    static final int SSL_REQUEST = 80877103;
    static final int GSS_REQUEST = 80877104;

    record Message(char type, int start, int length) {}

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Message> messages = new ArrayList<>();

    FrameScript request(int code) {
        return raw(ByteBuffer.allocate(8).putInt(8).putInt(code).array());
    }

    FrameScript startup() {
        byte[] parameters = "user\0postgres\0\0".getBytes(StandardCharsets.UTF_8);
        return raw(ByteBuffer.allocate(8 + parameters.length)
                .putInt(8 + parameters.length)
                .putInt(3 << 16)
                .put(parameters)
                .array());
    }

    FrameScript raw(byte... raw) {
        bytes.writeBytes(raw);
        return this;
    }

    FrameScript message(char type, String body) {
        return message(type, body.getBytes(StandardCharsets.UTF_8));
    }

    FrameScript message(char type, byte[] body) {
        messages.add(new Message(type, bytes.size(), 5 + body.length));
        return raw(ByteBuffer.allocate(5 + body.length)
                .put((byte) type)
                .putInt(4 + body.length)
                .put(body)
                .array());
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    List<Message> messages() {
        return messages;
    }
}
