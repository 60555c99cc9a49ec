package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Waits on one connection for a COMMIT that an armed cut is meant for; confined to the event loop. */
final class CutWatch {

    private final CutList cuts;
    private final CommitTracker tracker = new CommitTracker();
    private @Nullable Cut claimed;
    private @Nullable CutGate gate;
    private boolean gateIsNew;

    CutWatch(CutList cuts) {
        this.cuts = cuts;
    }

    /** After how many bytes of this message to cut, or {@link FrameSink#NO_CUT}. */
    int toServer(char type, ByteBuf body, int length) {
        CommitStep step = tracker.toServer(type, body);
        if (step == CommitStep.PREPARES && gate == null && claimed == null && cuts.isAnyArmed()) {
            gate = new CutGate();
            gateIsNew = true;
            return 0;
        }
        boolean commit = step == CommitStep.RUNS && claim();
        int cutAfter = claimed == null ? FrameSink.NO_CUT : cutAfter(claimed, commit, type, length);
        if (isSettledBy(type)) {
            openGate();
        }
        return cutAfter;
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

    /** What to put where the last message asked for a cut. */
    ProxiedPart partAtCut(Runnable carryOut) {
        CutGate shut = gate;
        if (shut == null || !gateIsNew) {
            return ProxiedPart.action(carryOut);
        }
        gateIsNew = false;
        return ProxiedPart.gate(shut, () -> {
            if (shut.cutsHere()) {
                carryOut.run();
            }
        });
    }

    /** The claimed cut, which is due now. */
    @Nullable
    Cut take() {
        Cut due = claimed;
        claimed = null;
        return due;
    }

    /** The client sends no more. */
    void openGate() {
        if (gate != null) {
            gate.open();
            gate = null;
        }
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

    private int cutAfter(Cut cut, boolean commit, char type, int length) {
        return switch (cut.point()) {
            case BEFORE_COMMIT_FORWARDED -> commit ? cutBefore() : FrameSink.NO_CUT;
            case MID_MESSAGE -> commit ? length / 2 : FrameSink.NO_CUT;
            // An extended COMMIT is answered only when a Sync or a Flush follows it.
            case AFTER_COMMIT_FORWARDED -> type == 'Q' || type == 'S' || type == 'H' ? length : FrameSink.NO_CUT;
            case AFTER_ANSWER_BEFORE_DELIVERY, MID_ANSWER -> FrameSink.NO_CUT;
        };
    }

    private int cutBefore() {
        if (gate == null) {
            return 0;
        }
        gate.openToCut();
        gate = null;
        return FrameSink.NO_CUT;
    }

    /** Whatever asks the server to do or to answer something also settles what came before it. */
    private static boolean isSettledBy(char type) {
        return "EQSHF".indexOf(type) >= 0;
    }
}
