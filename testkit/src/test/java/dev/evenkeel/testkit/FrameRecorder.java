package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A sink that writes down what the reader hands over and asks for one cut. */
final class FrameRecorder implements FrameSink {

    final List<Character> types = new ArrayList<>();
    final List<String> bodies = new ArrayList<>();
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final List<Integer> cuts = new ArrayList<>();
    int cutMessage = -1;
    int cutOffset;

    @Override
    public int frame(char type, ByteBuf body, int length) {
        types.add(type);
        bodies.add(body.toString(StandardCharsets.UTF_8));
        return types.size() - 1 == cutMessage ? cutOffset : NO_CUT;
    }

    @Override
    public void bytes(ByteBuf part) {
        bytes.writeBytes(ByteBufUtil.getBytes(part));
        part.release();
    }

    @Override
    public void cut() {
        cuts.add(bytes.size());
    }
}
