package dev.evenkeel.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.function.Predicate;

/**
 * Sees what the driver writes to one session, and tells the {@link AnswerDecoder} of each message that makes the server say that it is
 * ready (manual, chapter "Message Flow"). On the event loop.
 */
final class DriverRequests extends ChannelOutboundHandlerAdapter {

    /** The first message of a session has no type; the high byte of its length is in its place. */
    private static final int START_UP = 0;

    private final Predicate<ByteBuf> ours;
    private final Runnable asked;

    /** Of the message that is being written. */
    private int type;

    private int length;

    /** So many bytes of its header have been seen, of which the type is the first. */
    private int headerBytes;

    /** So many bytes of its body have not. */
    private int bodyBytes;

    /** More must follow of what the driver has begun, before the server says that it is ready. */
    private boolean amid;

    /**
     * @param ours tells what the driver only passes on
     * @param asked is run for each message that is answered by itself
     */
    DriverRequests(Predicate<ByteBuf> ours, Runnable asked) {
        this.ours = ours;
        this.asked = asked;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            if (ours.test(bytes)) {
                // A COPY that the server has refused is not ended; what comes behind it is.
                amid = false;
            } else {
                follow(bytes);
            }
        }
        ChannelFuture ignored = ctx.write(message, promise);
    }

    /** Whether what is written now would get in between the messages of one request, as of a cursor whose rows are fetched in turn. */
    boolean areAmidOne() {
        return amid || headerBytes > 0 || bodyBytes > 0;
    }

    /** A message may come in several pieces, and a piece may hold several messages. */
    private void follow(ByteBuf bytes) {
        int at = bytes.readerIndex();
        while (at < bytes.writerIndex()) {
            if (bodyBytes > 0) {
                int skipped = Math.min(bodyBytes, bytes.writerIndex() - at);
                bodyBytes -= skipped;
                at += skipped;
            } else {
                header(bytes.getByte(at++));
            }
        }
    }

    private void header(byte next) {
        if (headerBytes == 0) {
            type = next;
            length = 0;
        } else {
            length = (length << Byte.SIZE) | (next & 0xff);
        }
        headerBytes++;
        if (headerBytes == (type == START_UP ? Integer.BYTES : 1 + Integer.BYTES)) {
            headerBytes = 0;
            bodyBytes = length - Integer.BYTES;
            boolean ends = type == START_UP || type == 'Q' || type == 'S' || type == 'F';
            amid = !ends && type != 'c' && type != 'f';
            if (ends) {
                asked.run();
            }
        }
    }
}
