package dev.evenkeel.wire;

import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.message.backend.BackendMessage;

/** Gets what the server says, in its order and on the session's event loop. Must not throw. */
public interface AnswerReader {

    /** Whether it takes a row, or what ends them, now; if it does not, {@link AnswerDecoder#resume} is to follow. */
    boolean takesMore();

    /** A row, as the body of its message. Of no use when this has returned, but for what was retained. */
    void row(ByteBuf body);

    /** A statement has ended. */
    void completed(CommandTag tag);

    /** Anything else that belongs to an answer. */
    void message(BackendMessage message);

    /** The answer is over: the server is ready for the next request. */
    void ready();

    /** The session has ended, and the answer will never come. */
    void lost(Throwable cause);
}
