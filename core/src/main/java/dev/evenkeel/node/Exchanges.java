package dev.evenkeel.node;

import io.r2dbc.spi.Result;
import reactor.core.CoreSubscriber;

/** Is told of each exchange with the server, and may look at what comes back. */
interface Exchanges {

    /** What an exchange may do to the transaction around it. */
    enum Kind {
        STATEMENT,
        /** BEGIN or COMMIT. */
        BOUNDARY
    }

    /**
     * An exchange begins; {@link #answered}, {@link #failed} or {@link #cancelled} must follow.
     *
     * @throws dev.evenkeel.error.LeaseMisuseException when the lease is over
     */
    void begin(Kind kind);

    void answered(Kind kind);

    void failed(Kind kind, Throwable error);

    void cancelled();

    /** Its caller has gone away without anything of the answer, or the answer will not come. */
    default void abandoned() {}

    /** The driver is about to get an exchange; {@link #handedOver()} must follow. */
    void handOver();

    void handedOver();

    /** Whether nothing but the one exchange that has begun may be on its way to the server. */
    default boolean isAlone() {
        return false;
    }

    /** Who asks for it. */
    default void askedBy(CoreSubscriber<?> subscriber) {}

    default Result result(Result raw) {
        return raw;
    }

    /** What the server said beside the answer. */
    default void notice(String text) {}

    /** Whether {@link #rows} is to be called for what results emit. */
    default boolean countsRows() {
        return false;
    }

    /** The server will refuse it without a look at it, because of another statement that was sent in front of it. */
    default void skipped() {}

    /** So many rows more were emitted or changed. */
    default void rows(long more) {}
}
