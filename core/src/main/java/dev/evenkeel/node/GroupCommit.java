package dev.evenkeel.node;

import dev.evenkeel.wire.CommandTag;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import io.r2dbc.spi.R2dbcException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What becomes of a transaction whose commit leaves with a group of statements; confined to who reads the answer. */
final class GroupCommit {

    private final OpenTransaction transaction;
    private final Traffic traffic;
    private final Supplier<String> node;
    private final CommitAnswer answer = new CommitAnswer();
    private boolean ended;

    /** From when it has left until it is refused nothing else may be sent in this {@code traffic}. */
    GroupCommit(OpenTransaction transaction, Traffic traffic, Supplier<String> node) {
        this.transaction = transaction;
        this.traffic = traffic;
        this.node = node;
    }

    /** Whether it leaves with the group that is about to be sent: not while anything else of the transaction is under way. */
    boolean leaves() {
        boolean alone = traffic.commits();
        if (alone) {
            transaction.commitLeaves();
        }
        return alone;
    }

    /** Whose it is. */
    Traffic owner() {
        return traffic;
    }

    /** The group could not be sent. */
    void unsent() {
        end(CommitAnswer.ofNone());
    }

    void completed(CommandTag tag) {
        answer.completed(tag);
    }

    void read(BackendMessage message) {
        answer.read(message);
    }

    /** Why the transaction has not committed as it should although no statement was refused. */
    @Nullable
    Throwable problem() {
        return answer.problem(node.get());
    }

    /** The server is ready again, having refused a statement or the commit, or nothing. */
    void ended(@Nullable R2dbcException refusal) {
        end(refusal == null ? problem() : refusal);
    }

    /** Nothing more is heard of it. */
    void lost(Throwable cause) {
        end(cause);
    }

    private void end(@Nullable Throwable problem) {
        if (ended) {
            return;
        }
        ended = true;
        Runnable news = transaction.commitEnded(problem);
        if (!transaction.isCommitting()) {
            traffic.commitsNot();
        }
        news.run();
    }
}
