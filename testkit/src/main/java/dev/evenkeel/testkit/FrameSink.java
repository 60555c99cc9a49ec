package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;

/** Where a {@link FrameReader} hands what it has read. */
interface FrameSink {

    /** The answer of {@link #frame} that asks for no cut. */
    int NO_CUT = -1;

    /**
     * A message begins. Its bytes follow, so that the sink can ask to be told when so many of them were handed over.
     *
     * @param body the body, or the beginning of a long one; empty for types that nobody looks into
     * @param length length of the message with its type byte
     * @return after how many bytes of the message to call {@link #cut()}, or {@link #NO_CUT}
     */
    int frame(char type, ByteBuf body, int length);

    /** The next bytes, with their ownership. */
    void bytes(ByteBuf bytes);

    /** All bytes before the place asked for were handed over, and none after it. */
    void cut();
}
