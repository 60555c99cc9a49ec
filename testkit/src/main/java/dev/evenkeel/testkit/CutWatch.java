package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Waits on one connection for a COMMIT that an armed cut is meant for; confined to the event loop. */
final class CutWatch {

    private static final char QUERY = 'Q';
    private static final char SYNC = 'S';
    private static final char FLUSH = 'H';

    private final CutList cuts;
    private final CommitTracker tracker = new CommitTracker();
    private @Nullable Cut claimed;

    CutWatch(CutList cuts) {
        this.cuts = cuts;
    }

    /** After how many bytes of this message to cut, or {@link FrameSink#NO_CUT}. */
    int toServer(char type, ByteBuf body, int length) {
        boolean commit = tracker.toServer(type, body) && claim();
        Cut cut = claimed;
        if (cut == null) {
            return FrameSink.NO_CUT;
        }
        return switch (cut.point()) {
            case BEFORE_COMMIT_FORWARDED -> commit ? 0 : FrameSink.NO_CUT;
            case MID_MESSAGE -> commit ? length / 2 : FrameSink.NO_CUT;
            case AFTER_COMMIT_FORWARDED -> asksForAnswer(type) ? length : FrameSink.NO_CUT;
            case AFTER_ANSWER_BEFORE_DELIVERY, MID_ANSWER -> FrameSink.NO_CUT;
        };
    }

    /** After how many bytes of this message to cut, or {@link FrameSink#NO_CUT}. */
    int toClient(char type, ByteBuf body, int length) {
        boolean answer = tracker.toClient(type, body);
        if (!answer || claimed == null) {
            return FrameSink.NO_CUT;
        }
        return switch (claimed.point()) {
            case AFTER_ANSWER_BEFORE_DELIVERY -> 0;
            case MID_ANSWER -> length / 2;
            default -> FrameSink.NO_CUT;
        };
    }

    /** The claimed cut, which is due now. */
    @Nullable
    Cut take() {
        Cut due = claimed;
        claimed = null;
        return due;
    }

    void close() {
        Cut unused = take();
        if (unused != null) {
            unused.giveBack();
        }
    }

    private boolean claim() {
        if (claimed != null) {
            return false;
        }
        claimed = cuts.claim();
        tracker.awaitAnswer();
        return claimed != null;
    }

    /** An extended COMMIT is answered only when a Sync or a Flush follows it. */
    private static boolean asksForAnswer(char type) {
        return type == QUERY || type == SYNC || type == FLUSH;
    }
}
