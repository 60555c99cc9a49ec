package dev.evenkeel.node;

import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.driver.RowShape;
import dev.evenkeel.wire.CommandTag;
import dev.evenkeel.wire.ServerVerdict;
import dev.evenkeel.wire.Values;
import dev.evenkeel.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import io.r2dbc.postgresql.message.backend.EmptyQueryResponse;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.postgresql.message.backend.ParseComplete;
import io.r2dbc.postgresql.message.backend.RowDescription;
import io.r2dbc.spi.R2dbcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/**
 * What leaves with one Sync, and how much of it the server has answered: statements, a BEGIN in front and a COMMIT behind. When the
 * server refuses one, it does not look at those behind it. Notes what the session must know, whether anybody listens or not.
 *
 * <p>May be sent twice. Confined to who sends it and then to who reads the answer.
 */
final class DirectGroup {

    private final DirectStatements session;
    private final List<DirectPart> earlier;
    private final DirectPart last;
    private final List<DirectPart> parts = new ArrayList<>(3);
    private int tries;
    private boolean inTransaction;
    private @Nullable Begin begin;
    private @Nullable GroupCommit commit;
    /** It is all of its transaction, which begins and ends with it. */
    private boolean whole;

    private int current;
    private boolean stale;
    private @Nullable R2dbcException verdict;

    DirectGroup(DirectStatements session, List<DirectPart> earlier, DirectPart last) {
        this.session = session;
        this.earlier = earlier;
        this.last = last;
    }

    /**
     * COMMIT leaves with it, too. When it is {@code all} of its transaction, or the first of it, too, and BEGIN would say nothing else,
     * neither is sent: what comes before one Sync is a transaction anyhow (manual, "Extended Query"), which is committed before the
     * server is ready again.
     */
    void commits(boolean all, GroupCommit outcome) {
        whole = all;
        commit = outcome;
    }

    /** The bytes of it, behind this BEGIN; sent again everything is unprepared, so that nothing in it can be stale. */
    ByteBuf write(@Nullable Begin first) {
        if (first != null) {
            begin = first;
        }
        if (tries++ == 0 && commit != null) {
            // What is not connected never will be again: nothing leaves.
            if (!session.client().isConnected() || !commit.leaves()) {
                commit = null;
            } else {
                whole |= first != null && first.isPlain() && !first.isRefused();
            }
        }
        inTransaction =
                !whole && (first != null || session.begin().isUnderWay() || session.status() != TransactionStatus.IDLE);
        parts.clear();
        current = 0;
        stale = false;
        verdict = null;
        if (first != null && !whole) {
            parts.add(DirectPart.onlyOnce(first.statement()));
        }
        for (int i = 0; i < earlier.size(); i++) {
            parts.add(earlier.get(i));
        }
        parts.add(last);
        if (commit != null && !whole) {
            parts.add(DirectPart.of(CommitAnswer.COMMIT, Values.NONE, null));
        }
        return bytes();
    }

    private ByteBuf bytes() {
        ByteBuf out = session.client().getByteBufAllocator().ioBuffer(256);
        for (int i = 0; i < parts.size(); i++) {
            DirectPart part = parts.get(i);
            if (!part.write(out, session.prepared(), tries > 1)) {
                out.release();
                if (commit != null) {
                    commit.unsent();
                }
                parts.forEach(written -> written.failed(session.prepared()));
                throw new IllegalStateException("a value of '%s' does not come at once".formatted(part.sql()));
            }
        }
        Wire.sync(out);
        return out;
    }

    /** It is on its way. */
    void begins(CoreSubscriber<?> caller) {
        for (int i = 0; i < earlier.size(); i++) {
            earlier.get(i).begin(caller);
        }
    }

    /** What the server answers now; behind the last one it speaks of the commit of a group that is a transaction of its own. */
    DirectPart current() {
        return parts.get(Math.min(current, parts.size() - 1));
    }

    /** What the server says now it says to COMMIT, or to the Sync that commits what is whole. */
    private boolean isCommitting() {
        return commit != null && current == (whole ? parts.size() : parts.size() - 1);
    }

    /** A BEGIN of its own was the first of them. */
    private boolean isBeginning() {
        return begin != null && !whole && current == 0;
    }

    /** One of them has ended: which. */
    DirectPart completed(CommandTag tag) {
        if (commit != null && isCommitting()) {
            commit.completed(tag);
        }
        return parts.get(current++);
    }

    void read(BackendMessage message) {
        if (commit != null && isCommitting()) {
            commit.read(message);
        }
        if (message instanceof EmptyQueryResponse) {
            current++;
        } else if (message instanceof ErrorResponse error) {
            refused(error);
        } else if (current < parts.size()) {
            prepare(parts.get(current), message);
        }
    }

    private void prepare(DirectPart part, BackendMessage message) {
        if (message instanceof ParseComplete) {
            part.parsed();
        } else if (message instanceof RowDescription description) {
            part.described(RowShape.of(session.connection(), description));
        }
    }

    private void refused(ErrorResponse error) {
        DirectPart refused = current();
        verdict = DriverClient.exception(error, refused.sql());
        notAnswered().forEach(skipped -> skipped.failed(session.prepared()));
        Begin first = begin;
        if (first != null && isBeginning()) {
            session.begin().refused(first);
        }
        stale = current < parts.size() && ServerVerdict.of(error) == ServerVerdict.STALE;
        if (stale) {
            refused.stale(session.prepared());
        }
    }

    /** The refused one, and those that the server did not get to. */
    private List<DirectPart> notAnswered() {
        return parts.subList(Math.min(current, parts.size() - 1), parts.size());
    }

    /** What the server refused {@link #current()} for. */
    R2dbcException verdict() {
        return Objects.requireNonNull(verdict);
    }

    /** What the session had prepared did not hold any more. */
    boolean isStale() {
        return stale;
    }

    /** The server did not get to the last statement, because it refused one in front. */
    boolean skippedTheLast() {
        return notAnswered().indexOf(last) > 0;
    }

    /** A transaction is broken by its failure: one that began before it, or with it and goes on behind it. */
    boolean isInTransaction() {
        return inTransaction;
    }

    boolean isSentOnce() {
        return tries == 1;
    }

    /** The server is ready for the next one, or will never be. */
    void ended() {
        Begin first = begin;
        if (first != null) {
            session.begin().ended(first);
        }
        over();
        if (commit != null) {
            if (verdict != null && session.status() == TransactionStatus.IDLE) {
                session.begin().aborted(commit.owner());
            }
            commit.ended(verdict);
        }
    }

    /** There will be no answer. */
    void lost(Throwable cause) {
        if (commit != null) {
            commit.lost(cause);
        }
    }

    /** Nothing more is heard of it. */
    void over() {
        for (int i = 0; i < earlier.size(); i++) {
            earlier.get(i).over();
        }
    }
}
