package dev.evenkeel.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.r2dbc.postgresql.message.frontend.FrontendMessage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** Messages that are encoded already. Given back once, by whoever sends them, or by whoever finds that they will not be sent. */
public final class Bytes implements FrontendMessage {

    private final ByteBuf content;
    private final AtomicBoolean gone = new AtomicBoolean();

    public Bytes(ByteBuf content) {
        this.content = content;
    }

    /** Whether it is this buffer that is sent, and not one with the same content. */
    @SuppressWarnings("ReferenceEquality")
    boolean consistsOf(ByteBuf bytes) {
        return content == bytes;
    }

    @Override
    public Publisher<ByteBuf> encode(ByteBufAllocator allocator) {
        return gone.compareAndSet(false, true) ? Mono.just(content) : Mono.empty();
    }

    @Override
    public void dispose() {
        if (gone.compareAndSet(false, true)) {
            content.release();
        }
    }

    /** Nothing of what is sent may be seen in logs. */
    @Override
    public String toString() {
        return "Bytes[]";
    }
}
