package dev.evenkeel.lane;

import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.driver.RowShape;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.wire.Prepared;
import dev.evenkeel.wire.PreparedStatements;
import dev.evenkeel.wire.ServerVerdict;
import dev.evenkeel.wire.ValueEncoder;
import dev.evenkeel.wire.Values;
import dev.evenkeel.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.postgresql.message.backend.NoticeResponse;
import io.r2dbc.postgresql.message.backend.RowDescription;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;

/**
 * One caller's query on its way over a lane. What comes from the server arrives on the lane's event loop; once the caller has had
 * its end, whatever still comes is thrown away.
 */
final class LaneRequest<T> {

    /** So often it is sent again because of what others on the lane did; then it gets a connection of its own. */
    private static final int MOST_TRIES = 4;

    private final Lane lane;
    private final LaneQuery<T> query;
    private final Delivery<T> delivery;
    private final @Nullable LaneWatch watch;
    private @Nullable Prepared statement;
    /** What the rows were asked for as; {@code null} when it was not known yet what they look like. */
    private @Nullable RowShape asked;

    private boolean prepares;
    private int tries;
    private long rows;

    LaneRequest(Lane lane, LaneQuery<T> query, CoreSubscriber<? super T> caller, @Nullable LaneWatch watch) {
        this.lane = lane;
        this.query = query;
        this.watch = watch;
        this.delivery = new Delivery<>(caller, lane, watch);
    }

    Delivery<T> delivery() {
        return delivery;
    }

    String sql() {
        return query.sql();
    }

    /** Nobody waits for it any more. */
    boolean isOver() {
        return delivery.isOver();
    }

    /** The caller has seen some of the answer, so that it must come to its end here. */
    boolean hasBegun() {
        return rows > 0;
    }

    /**
     * Adds what must be sent. False when it cannot run here: then nothing was added. On a connection of its own the caller is told
     * what is wrong with its values.
     */
    boolean write(ByteBuf out, ValueEncoder encoder, PreparedStatements statements) {
        prepares = false;
        Values values = encoder.encode(query.parameters());
        if (values == null) {
            return false;
        }
        int begin = out.writerIndex();
        int[] types = values.types();
        Prepared known = statements.find(query.sql(), types);
        if (known == null) {
            known = statements.prepare(query.sql(), types, out);
            prepares = true;
        }
        statement = known;
        asked = known.quickerRows();
        if (Wire.bind(out, known.name(), values, asked)) {
            Wire.execute(out);
            return true;
        }
        if (prepares) {
            statements.forget(known);
        }
        out.writerIndex(begin);
        return false;
    }

    /** What the rows of the statement look like, as the server has told those who made it prepare it. */
    void described(RowDescription description) {
        if (statement != null) {
            statement.describe(RowShape.of(lane.connection(), description));
        }
    }

    void row(ByteBuf body) {
        RowShape shape = asked != null || statement == null ? asked : statement.rows();
        if (delivery.isOver() || shape == null) {
            return;
        }
        rows++;
        T item;
        try {
            item = shape.read(body, query);
        } catch (Throwable thrown) {
            Exceptions.throwIfFatal(thrown);
            fail(thrown);
            return;
        }
        delivery.next(item);
    }

    void prepared() {
        if (statement != null) {
            statement.confirm();
        }
    }

    void noticed(NoticeResponse notice) {
        if (watch != null) {
            watch.noticed(new ErrorDetails(notice.getFields()).getMessage());
        }
    }

    void complete() {
        if (watch != null) {
            watch.rows(rows);
        }
        delivery.end(null);
    }

    /** The server has refused it. True when it is to be sent again, because of what the session knew of it. */
    boolean refused(ErrorResponse response, PreparedStatements statements) {
        if (prepares && statement != null && !statement.isConfirmed()) {
            statements.forget(statement);
        }
        ServerVerdict verdict = ServerVerdict.of(response);
        if (verdict == ServerVerdict.STALE && statement != null && !hasBegun()) {
            statements.forget(statement);
            return again();
        }
        if (verdict == ServerVerdict.LIMIT_OF_THE_LANE && !hasBegun()) {
            move();
            return false;
        }
        fail(DriverClient.exception(response, query.sql()));
        return false;
    }

    /** The server did not look at it, because it had refused one before it. True when it is to be sent again. */
    boolean skipped(PreparedStatements statements) {
        if (prepares && statement != null && !statement.isConfirmed()) {
            statements.forget(statement);
        }
        return again();
    }

    private boolean again() {
        if (isOver()) {
            return false;
        }
        if (++tries < MOST_TRIES) {
            return true;
        }
        move();
        return false;
    }

    void fail(Throwable error) {
        if (watch != null) {
            watch.rows(rows);
            watch.failed(error);
        }
        delivery.end(FailureClassifier.classify(error, Phase.READING, lane.node(), query.requestId()));
    }

    /** It has to run elsewhere. */
    void move() {
        delivery.end(new Moved());
    }

    /** Ends it if its time is up. */
    void look(long nowNanos) {
        if (nowNanos - query.deadlineNanos() >= 0 && !isOver()) {
            fail(query.late());
        }
    }
}
