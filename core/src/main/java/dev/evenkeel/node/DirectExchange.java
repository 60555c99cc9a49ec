package dev.evenkeel.node;

import dev.evenkeel.driver.RowShape;
import dev.evenkeel.flow.Withheld;
import dev.evenkeel.wire.CommandTag;
import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.postgresql.message.backend.NoticeResponse;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Row;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * One execution of a statement of {@link DirectStatements}, from its write to the last of its answer: what its caller gets of it, what
 * {@link Exchanges} are told, and whether it is sent again.
 */
final class DirectExchange<T> extends Flux<T> {

    private final DirectStatements session;
    private final DirectGroup group;
    private final DirectPart statement;
    private final @Nullable Function<? super Row, ? extends T> mapping;
    private final Exchanges exchanges;
    private BooleanSupplier left = () -> false;
    private @Nullable Throwable refusal;

    DirectExchange(
            DirectStatements session,
            List<DirectPart> earlier,
            DirectPart statement,
            @Nullable Function<? super Row, ? extends T> mapping,
            Exchanges exchanges) {
        this.session = session;
        this.group = new DirectGroup(session, earlier, statement);
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
     * The same as the last statement of its transaction, or with {@code all} of them: what it answers is withheld until that is known to
     * be durable.
     */
    Flux<T> committing(boolean all, GroupCommit outcome) {
        group.commits(all, outcome);
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
                group.ended();
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
            refusal = null;
            boolean sent = session.begin().inFrontOfOurs(first -> {
                ByteBuf request = group.write(first);
                group.begins(reader.caller());
                session.answers().ask(request, reader, exchanges.isAlone());
            });
            if (!sent) {
                reader.lost(CommitAnswer.ofAborted());
            } else if (reader.isOver()) {
                group.over();
            }
        } catch (RuntimeException unsent) {
            reader.lost(new Unanswered(unsent));
        }
    }

    /** Its reader takes more. */
    void resume() {
        session.answers().resume();
    }

    DirectGroup group() {
        return group;
    }

    /** What the caller gets of a row; {@code null} when it is not one of its. */
    @Nullable
    T row(ByteBuf body) {
        RowShape shape = statement.rows();
        if (mapping == null || shape == null || group.current() != statement) {
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
        DirectPart part = group.completed(tag);
        part.answered(tag.rows());
        if (part != statement || mapping != null) {
            return null;
        }
        long changed = Math.max(0, tag.rows());
        exchanges.rows(changed);
        return (T) Long.valueOf(changed);
    }

    void read(BackendMessage message) {
        group.read(message);
        if (message instanceof ErrorResponse) {
            refusal = failure();
        } else if (message instanceof NoticeResponse notice) {
            noticed(new ErrorDetails(notice.getFields()).getMessage());
        }
    }

    /** What the server has refused it for; {@code null} when it has not. To be asked at the end. */
    @Nullable
    Throwable refusal() {
        return refusal;
    }

    private void noticed(String text) {
        if (!group.current().noticed(text)) {
            exchanges.notice(text);
        }
    }

    private Throwable failure() {
        R2dbcException said = group.verdict();
        if (group.isStale() && !group.isInTransaction() && group.isSentOnce() && !left.getAsBoolean()) {
            return new StalePlan();
        }
        group.current().refused(said);
        if (group.skippedTheLast()) {
            exchanges.skipped();
        }
        return group.isStale() && group.isInTransaction() ? new AbortedByStalePlan() : said;
    }

    /** The same statement can be sent again. */
    private static final class StalePlan extends RuntimeException {

        private static final long serialVersionUID = 1L;

        StalePlan() {
            super("a prepared statement is stale", null, false, false);
        }
    }
}
