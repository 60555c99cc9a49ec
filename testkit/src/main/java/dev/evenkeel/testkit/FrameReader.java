package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Finds the messages in one direction of a PostgreSQL conversation; confined to the event loop. */
final class FrameReader {

    /*
     * How this works
     *
     * The reader walks over each buffer from header to header and hands the buffer on as few slices as possible: one,
     * unless the sink asks for a cut. It keeps bytes back only while it cannot tell what they are: an unfinished
     * header, and an unfinished message of a type that the sink must look into before any of it may pass. Such a
     * message is kept back up to INSPECTED_BYTES, so a large statement or parameter costs no memory here.
     *
     * Start-up is untyped: the client's packets are told apart by a code, and SSLRequest and GSSENCRequest are answered
     * by one byte. What begins like nothing PostgreSQL knows, and whatever follows a yes to encryption, is passed on
     * unread.
     */

    static final int INSPECTED_BYTES = 64 * 1024;

    private static final int HEADER_BYTES = 5;
    private static final int STARTUP_HEADER_BYTES = 8;
    private static final int SHORTEST_LENGTH = 4;
    private static final String INSPECTED_TO_SERVER = "QPBEC";
    private static final String INSPECTED_TO_CLIENT = "C";

    private final Direction direction;
    private final FrameHandshake handshake;
    private final FrameSink sink;
    private final String inspected;
    private @Nullable ByteBuf kept;
    private int passedOn;
    private int restOfFrame;
    private int bytesUntilCut = FrameSink.NO_CUT;

    FrameReader(Direction direction, FrameHandshake handshake, FrameSink sink) {
        this.direction = direction;
        this.handshake = handshake;
        this.sink = sink;
        this.inspected = direction == Direction.TO_SERVER ? INSPECTED_TO_SERVER : INSPECTED_TO_CLIENT;
    }

    /** Reads on; the buffer belongs to the reader from here. */
    void read(ByteBuf arrived) {
        ByteBuf bytes = withKept(arrived);
        passedOn = bytes.readerIndex();
        try {
            while (bytes.isReadable() && (restOfFrame > 0 || begin(bytes))) {
                advance(bytes);
            }
            passOn(bytes);
            if (bytes.isReadable()) {
                kept = bytes.readRetainedSlice(bytes.readableBytes());
            }
        } finally {
            bytes.release();
        }
    }

    /** No more bytes will come: hands over what was kept back. */
    void finish() {
        if (kept != null) {
            ByteBuf last = kept;
            kept = null;
            sink.bytes(last);
        }
    }

    void close() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }

    private ByteBuf withKept(ByteBuf arrived) {
        if (kept == null) {
            return arrived;
        }
        ByteBuf both = arrived.alloc().buffer(kept.readableBytes() + arrived.readableBytes());
        both.writeBytes(kept).writeBytes(arrived);
        close();
        arrived.release();
        return both;
    }

    /** Looks at the next header; false if more bytes are needed to tell. */
    private boolean begin(ByteBuf bytes) {
        return switch (handshake.phase()) {
            case OPAQUE -> beginOpaque(bytes);
            case TYPED -> beginTyped(bytes);
            case STARTING -> direction == Direction.TO_SERVER ? beginStartup(bytes) : beginAnswer(bytes);
        };
    }

    private boolean beginOpaque(ByteBuf bytes) {
        restOfFrame = bytes.readableBytes();
        return true;
    }

    private boolean beginStartup(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int sniffed = Math.min(2, bytes.readableBytes());
        for (int i = 0; i < sniffed; i++) {
            if (!FrameHandshake.mayStartWith(bytes.getByte(at + i))) {
                handshake.becomeOpaque();
                return beginOpaque(bytes);
            }
        }
        if (bytes.readableBytes() < STARTUP_HEADER_BYTES) {
            return false;
        }
        int length = bytes.getInt(at);
        handshake.clientSent(length, bytes.getInt(at + 4));
        restOfFrame = handshake.isOpaque() ? bytes.readableBytes() : length;
        return true;
    }

    private boolean beginAnswer(ByteBuf bytes) {
        if (handshake.owesAnswer()) {
            handshake.serverAnswered(bytes.getByte(bytes.readerIndex()));
            restOfFrame = 1;
            return true;
        }
        handshake.becomeOpaque();
        return beginOpaque(bytes);
    }

    private boolean beginTyped(ByteBuf bytes) {
        if (bytes.readableBytes() < HEADER_BYTES) {
            return false;
        }
        int at = bytes.readerIndex();
        char type = (char) (bytes.getByte(at) & 0xFF);
        int length = bytes.getInt(at + 1);
        if (length < SHORTEST_LENGTH || length == Integer.MAX_VALUE) {
            handshake.becomeOpaque();
            return beginOpaque(bytes);
        }
        ByteBuf body = Unpooled.EMPTY_BUFFER;
        if (inspected.indexOf(type) >= 0) {
            int wanted = Math.min(1 + length, INSPECTED_BYTES);
            if (bytes.readableBytes() < wanted) {
                return false;
            }
            body = bytes.slice(at + HEADER_BYTES, wanted - HEADER_BYTES);
        }
        restOfFrame = 1 + length;
        bytesUntilCut = sink.frame(type, body, restOfFrame);
        return true;
    }

    private void advance(ByteBuf bytes) {
        int size = Math.min(restOfFrame, bytes.readableBytes());
        boolean cutHere = bytesUntilCut >= 0 && bytesUntilCut <= size;
        if (cutHere) {
            size = bytesUntilCut;
        }
        bytes.skipBytes(size);
        restOfFrame -= size;
        if (cutHere) {
            bytesUntilCut = FrameSink.NO_CUT;
            passOn(bytes);
            sink.cut();
        } else if (bytesUntilCut > 0) {
            bytesUntilCut -= size;
        }
    }

    private void passOn(ByteBuf bytes) {
        int size = bytes.readerIndex() - passedOn;
        if (size > 0) {
            sink.bytes(bytes.retainedSlice(passedOn, size));
            passedOn = bytes.readerIndex();
        }
    }
}
