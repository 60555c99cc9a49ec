package dev.evenkeel.testkit;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Tells which message of a conversation runs COMMIT and which one answers it; confined to the event loop. */
final class CommitTracker {

    private static final long NONE = -1;

    private final Set<String> statements = new HashSet<>();
    private final Set<String> portals = new HashSet<>();
    // Each Query, Sync and function call is answered by one ReadyForQuery, and so is the start-up.
    private long answersDue = 1;
    private long answersComplete;
    private long lastCommit = NONE;
    private long awaited = NONE;

    /** What this message of the client does for a COMMIT. */
    CommitStep toServer(char type, ByteBuf body) {
        CommitStep step = switch (type) {
            case 'Q' -> runs(CommitStatement.isIn(text(body)));
            case 'E' -> runs(portals.contains(text(body)));
            case 'P' -> remember(statements, text(body), CommitStatement.isIn(text(body)));
            case 'B' -> remember(portals, text(body), statements.contains(text(body)));
            case 'C' -> forget(body);
            default -> CommitStep.NONE;
        };
        if (step == CommitStep.RUNS) {
            lastCommit = answersDue;
        }
        if (type == 'Q' || type == 'S' || type == 'F') {
            answersDue++;
        }
        return step;
    }

    /** From now on {@link #toClient} looks for the answer to the COMMIT that was seen last. */
    void awaitAnswer() {
        awaited = lastCommit;
    }

    /** Whether this message of the server answers the awaited COMMIT, be it with an error. */
    boolean toClient(char type, ByteBuf body) {
        boolean ends = type == 'E' || (type == 'C' && endsTransaction(text(body)));
        boolean answer = ends && answersComplete == awaited;
        if (answer) {
            awaited = NONE;
        }
        if (type == 'Z' && answersComplete < answersDue) {
            answersComplete++;
        }
        return answer;
    }

    private static CommitStep runs(boolean commit) {
        return commit ? CommitStep.RUNS : CommitStep.NONE;
    }

    private static CommitStep remember(Set<String> names, String name, boolean commit) {
        if (commit) {
            names.add(name);
            return CommitStep.PREPARES;
        }
        names.remove(name);
        return CommitStep.NONE;
    }

    private CommitStep forget(ByteBuf body) {
        Set<String> names = body.isReadable() && body.readByte() == 'S' ? statements : portals;
        return remember(names, text(body), false);
    }

    /** In a failed transaction COMMIT is answered by ROLLBACK. */
    private static boolean endsTransaction(String tag) {
        return tag.equals("COMMIT") || tag.equals("ROLLBACK");
    }

    /** Reads up to the next zero byte, or to the end if the message was too long to be read whole. */
    private static String text(ByteBuf body) {
        int length = body.bytesBefore((byte) 0);
        if (length < 0) {
            length = body.readableBytes();
        }
        String text = body.readCharSequence(length, StandardCharsets.UTF_8).toString();
        body.skipBytes(Math.min(1, body.readableBytes()));
        return text;
    }
}
