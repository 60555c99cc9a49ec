package dev.evenkeel.wire;

import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.client.EncodedParameter;
import java.util.concurrent.Callable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** Copies one value from the publisher that the driver's codecs make of it. */
final class ValueWriter implements CoreSubscriber<ByteBuf> {

    private static final int NULL = -1;

    private final ByteBuf out;
    private boolean complete;
    private boolean failed;

    private ValueWriter(ByteBuf out) {
        this.out = out;
    }

    /** Writes length and bytes. False when the value does not come at once, as that of a large object does not. */
    static boolean write(Publisher<? extends ByteBuf> value, ByteBuf out) {
        if (EncodedParameter.NULL_VALUE.equals(value)) {
            out.writeInt(NULL);
            return true;
        }
        int length = out.writerIndex();
        out.writeInt(0);
        boolean written = value instanceof Callable<?> atOnce ? copy(atOnce, out) : read(value, out);
        out.setInt(length, out.writerIndex() - length - Integer.BYTES);
        return written;
    }

    /** As nearly all of the driver's codecs offer it; Reactor's own shortcut for what needs no subscription. */
    private static boolean copy(Callable<?> value, ByteBuf out) {
        try {
            if (value.call() instanceof ByteBuf bytes) {
                out.writeBytes(bytes);
                bytes.release();
                return true;
            }
            return false;
        } catch (Exception failed) {
            return false;
        }
    }

    private static boolean read(Publisher<? extends ByteBuf> value, ByteBuf out) {
        ValueWriter writer = new ValueWriter(out);
        value.subscribe(writer);
        boolean written = writer.complete && !writer.failed;
        writer.failed = true;
        return written;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf bytes) {
        if (!failed) {
            out.writeBytes(bytes);
        }
        bytes.release();
    }

    @Override
    public void onError(Throwable error) {
        failed = true;
    }

    @Override
    public void onComplete() {
        complete = true;
    }
}
