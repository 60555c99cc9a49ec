package dev.evenkeel.node;

import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.driver.RowShape;
import dev.evenkeel.flow.Withheld;
import dev.evenkeel.wire.CommandTag;
import dev.evenkeel.wire.ServerVerdict;
import dev.evenkeel.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.client.Binding;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import io.r2dbc.postgresql.message.backend.EmptyQueryResponse;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.postgresql.message.backend.NoticeResponse;
import io.r2dbc.postgresql.message.backend.ParseComplete;
import io.r2dbc.postgresql.message.backend.ReadyForQuery;
import io.r2dbc.postgresql.message.backend.RowDescription;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * One execution of a statement of {@link DirectStatements}, from its write to the last of its answer. With a BEGIN or other statements
 * in front all are one group with one Sync: when the server refuses one, it does not look at those behind it.
 */
final class DirectExchange<T> extends Flux<T> {

    private final DirectStatements session;
    private final List<DirectPart> earlier;
    private final DirectPart statement;
    private final @Nullable Function<? super Row, ? extends T> mapping;
    private final Exchanges exchanges;
    private final List<DirectPart> parts = new ArrayList<>(3);
    private boolean inTransaction;
    private int tries;
    private @Nullable Throwable refusal;
    /** Of the commit that leaves with it. */
    private @Nullable GroupCommit commit;

    private @Nullable R2dbcException verdict;
    private int current;
    private @Nullable Begin begin;
    /** Its group is all of its transaction, which begins and ends with it. */
    private boolean whole;

    private BooleanSupplier left = () -> false;

    DirectExchange(
            DirectStatements session,
            List<DirectPart> earlier,
            DirectPart statement,
            @Nullable Function<? super Row, ? extends T> mapping,
            Exchanges exchanges) {
        this.session = session;
        this.earlier = earlier;
        this.statement = statement;
        this.mapping = mapping;
        this.exchanges = exchanges;
    }

    /** What the session had prepared may not hold any more; then it is prepared again, unless a transaction is broken by it. */
    Flux<T> attempts() {
        return new TrackedPublisher<>(this, exchanges, Exchanges.Kind.STATEMENT);
    }

    /** The same for whoever tells {@link Exchanges} himself. */
    Flux<T> unseen(BooleanSupplier whenLeft) {
        left = whenLeft;
        return this;
    }

    /**
     * The same as the last statement of its transaction: COMMIT leaves with it, and what it answers is withheld until that is known to
     * be durable. When they are {@code all} of it, or the first ones, too, and BEGIN would say nothing else, neither is sent: what comes
     * before one Sync is a transaction anyhow (manual, "Extended Query"), which is committed before the server is ready again.
     */
    Flux<T> committing(boolean all, GroupCommit outcome) {
        whole = all;
        commit = outcome;
        return new Withheld<>(new TrackedPublisher<>(this, exchanges, Exchanges.Kind.BOUNDARY), outcome::problem);
    }

    /** Sends it, once. */
    @Override
    public void subscribe(CoreSubscriber<? super T> caller) {
        DirectReader<T> reader = new DirectReader<>(caller, this);
        caller.onSubscribe(reader);
        if (!reader.isOver()) {
            send(reader);
        }
    }

    /**
     * Sends it again, unprepared, if the first answer was that what the session had prepared does not hold any more: one repetition
     * heals whatever is stale, on whichever server.
     */
    boolean isSentAgain(DirectReader<T> reader) {
        if (!(refusal instanceof StalePlan)) {
            return false;
        }
        // As in TrackedPublisher: behind a cancel a ROLLBACK may be on its way, and it must not come behind that.
        exchanges.handOver();
        try {
            if (reader.isOver()) {
                ended();
            } else {
                send(reader);
            }
        } finally {
            exchanges.handedOver();
        }
        return true;
    }

    private void send(DirectReader<T> reader) {
        try {
            boolean sent = session.begin().inFrontOfOurs(first -> {
                ByteBuf request = attempt(first);
                earlier.forEach(part -> part.begin(reader.caller()));
                session.answers().ask(request, reader);
            });
            if (!sent) {
                reader.lost(CommitAnswer.ofAborted());
            } else if (reader.isOver()) {
                over();
            }
        } catch (RuntimeException unsent) {
            reader.lost(new Unanswered(unsent));
        }
    }

    private ByteBuf attempt(@Nullable Begin first) {
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
        if (first != null && !whole) {
            parts.add(DirectPart.onlyOnce(first.statement()));
        }
        parts.addAll(earlier);
        parts.add(statement);
        if (commit != null && !whole) {
            parts.add(DirectPart.of(CommitAnswer.COMMIT, Binding.EMPTY, null));
        }
        refusal = null;
        verdict = null;
        return write();
    }

    /** What the server says now it says to COMMIT, or to the Sync that commits what is whole. */
    private boolean isCommitting() {
        return commit != null && current == (whole ? parts.size() : parts.size() - 1);
    }

    /** A BEGIN of its own was the first of them. */
    private boolean isBeginning(int index) {
        return begin != null && !whole && index == 0;
    }

    /** Its reader takes more. */
    void resume() {
        session.answers().resume();
    }

    private ByteBuf write() {
        ByteBuf out = session.client().getByteBufAllocator().ioBuffer(256);
        for (DirectPart part : parts) {
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

    /** What the caller gets of a row; {@code null} when it is not one of its. */
    @Nullable
    T row(ByteBuf body) {
        RowShape shape = statement.rows();
        if (mapping == null || shape == null || parts.get(current) != statement) {
            return null;
        }
        T item = shape.read(body, mapping);
        exchanges.rows(1);
        return item;
    }

    /** One of the statements has ended: what the caller gets of it; {@code null} for most. */
    @SuppressWarnings("unchecked") // without a mapping T is Long
    @Nullable
    T completed(CommandTag tag) {
        if (commit != null && isCommitting()) {
            commit.completed(tag);
        }
        DirectPart part = parts.get(current);
        boolean own = part == statement;
        current++;
        part.answered(tag.rows());
        if (!own || mapping != null) {
            return null;
        }
        long changed = Math.max(0, tag.rows());
        exchanges.rows(changed);
        return (T) Long.valueOf(changed);
    }

    void read(BackendMessage message) {
        if (commit != null && isCommitting()) {
            commit.read(message);
        }
        if (message instanceof EmptyQueryResponse) {
            current++;
        } else if (message instanceof ErrorResponse error) {
            refusal = failure(error);
        } else if (message instanceof NoticeResponse notice) {
            noticed(new ErrorDetails(notice.getFields()).getMessage());
        } else {
            prepare(message);
        }
    }

    private void prepare(BackendMessage message) {
        if (current < parts.size()) {
            if (message instanceof ParseComplete) {
                parts.get(current).parsed();
            } else if (message instanceof RowDescription description) {
                parts.get(current).described(RowShape.of(session.connection(), description));
            }
        }
    }

    /** Its caller has gone away: one of the statements has ended. */
    void completedUnseen(CommandTag tag) {
        if (commit != null && isCommitting()) {
            commit.completed(tag);
        }
        current++;
    }

    /** Its caller has gone away: only what the session must know is of interest. */
    void readUnseen(BackendMessage message) {
        if (commit != null && isCommitting()) {
            commit.read(message);
        }
        if (message instanceof ReadyForQuery) {
            ended();
        } else if (message instanceof EmptyQueryResponse) {
            current++;
        } else if (message instanceof ErrorResponse error) {
            refused(error);
        } else {
            prepare(message);
        }
    }

    /** What the server has refused it for; {@code null} when it has not. To be asked at the end. */
    @Nullable
    Throwable refusal() {
        return refusal;
    }

    private void noticed(String text) {
        if (current >= parts.size() || !parts.get(current).noticed(text)) {
            exchanges.notice(text);
        }
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
        earlier.forEach(DirectPart::over);
    }

    private Throwable failure(ErrorResponse error) {
        // Behind the last one it is the commit of a statement that is a transaction of its own.
        int refused = Math.min(current, parts.size() - 1);
        boolean stale = refused(error);
        R2dbcException said = Objects.requireNonNull(verdict);
        if (stale && !inTransaction && tries == 1 && !left.getAsBoolean()) {
            return new StalePlan();
        }
        parts.get(refused).refused(said);
        if (parts.subList(refused, parts.size()).indexOf(statement) > 0) {
            exchanges.skipped();
        }
        return stale && inTransaction ? new AbortedByStalePlan() : said;
    }

    /** Notes what the session must know. True when what it had prepared does not hold any more. */
    private boolean refused(ErrorResponse error) {
        int index = Math.min(current, parts.size() - 1);
        verdict = DriverClient.exception(error, parts.get(index).sql());
        parts.subList(index, parts.size()).forEach(skipped -> skipped.failed(session.prepared()));
        Begin first = begin;
        if (first != null && isBeginning(current)) {
            session.begin().refused(first);
        }
        boolean stale = current < parts.size() && ServerVerdict.of(error) == ServerVerdict.STALE;
        if (stale) {
            parts.get(index).stale(session.prepared());
        }
        return stale;
    }

    /** The same statement can be sent again. */
    private static final class StalePlan extends RuntimeException {

        private static final long serialVersionUID = 1L;

        StalePlan() {
            super("a prepared statement is stale", null, false, false);
        }
    }
}
