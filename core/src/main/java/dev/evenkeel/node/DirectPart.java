package dev.evenkeel.node;

import dev.evenkeel.driver.RowShape;
import dev.evenkeel.wire.Prepared;
import dev.evenkeel.wire.PreparedStatements;
import dev.evenkeel.wire.Values;
import dev.evenkeel.wire.Wire;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/** One of the statements that are sent together. */
final class DirectPart {

    private final String sql;
    private final Values values;
    private final boolean onlyOnce;
    private final @Nullable Exchanges witness;
    private @Nullable Prepared statement;
    private @Nullable RowShape once;
    /** What the rows were asked for as; {@code null} when it was not known yet what they look like. */
    private @Nullable RowShape asked;

    private boolean prepares;
    private boolean begun;
    private boolean watched;

    private DirectPart(String sql, Values values, boolean onlyOnce, @Nullable Exchanges witness) {
        this.sql = sql;
        this.values = values;
        this.onlyOnce = onlyOnce;
        this.witness = witness;
    }

    /** With a {@code witness} for how it ends. */
    static DirectPart of(String sql, Values values, @Nullable Exchanges witness) {
        return new DirectPart(sql, values, false, witness);
    }

    /**
     * It answers no rows and is not prepared: what was prepared can be forgotten by the session, and what was sent behind it without
     * waiting would run without it.
     */
    static DirectPart onlyOnce(String sql) {
        return new DirectPart(sql, Values.NONE, true, null);
    }

    String sql() {
        return sql;
    }

    /**
     * Adds what must be sent. What another exchange is about to prepare is not relied upon: should that fail, this one would not
     * find it. False when a value does not come at once.
     *
     * @param again whether it is sent again because something that was prepared was stale: then nothing is relied upon
     */
    boolean write(ByteBuf out, PreparedStatements statements, boolean again) {
        byte[] name = again ? unnamed(out) : prepare(out, statements);
        asked = statement == null || !statements.areOurs() ? null : statement.quickerRows();
        boolean complete = Wire.bind(out, name, values, asked);
        Wire.execute(out);
        return complete;
    }

    private byte[] prepare(ByteBuf out, PreparedStatements statements) {
        int[] types = values.types();
        Prepared known = onlyOnce ? null : statements.find(sql, types);
        prepares = known == null && !onlyOnce;
        statement = prepares ? statements.prepare(sql, types, out) : known;
        if (statement != null && (prepares || statement.isConfirmed())) {
            if (!prepares && !statements.areOurs()) {
                Wire.describe(out, statement.name());
            }
            return statement.name();
        }
        return unnamed(out);
    }

    private byte[] unnamed(ByteBuf out) {
        prepares = false;
        statement = null;
        Wire.parse(out, Wire.unnamed(), sql, values.types());
        if (!onlyOnce) {
            Wire.describe(out, Wire.unnamed());
        }
        return Wire.unnamed();
    }

    /** It is on its way; not for the first time if all is sent again. */
    void begin(CoreSubscriber<?> caller) {
        if (witness != null && !begun) {
            begun = true;
            synchronized (this) {
                watched = true;
            }
            witness.askedBy(caller);
            witness.begin(Exchanges.Kind.STATEMENT);
        }
    }

    /** Once: a cancel may meet the answer. */
    private synchronized boolean ends() {
        boolean first = watched;
        watched = false;
        return first;
    }

    void parsed() {
        if (statement != null) {
            statement.confirm();
        }
    }

    void described(RowShape shape) {
        if (statement == null) {
            once = shape;
        } else {
            statement.describe(shape);
        }
    }

    @Nullable
    RowShape rows() {
        return asked != null ? asked : statement == null ? once : statement.rows();
    }

    /** False when nobody listens to what is said about it alone. */
    boolean noticed(String text) {
        if (witness == null) {
            return false;
        }
        witness.notice(text);
        return true;
    }

    void answered(long rows) {
        if (witness != null && ends()) {
            witness.rows(Math.max(0, rows));
            witness.answered(Exchanges.Kind.STATEMENT);
        }
    }

    /** The server has refused it. */
    void refused(Throwable refusal) {
        if (witness != null && ends()) {
            witness.failed(Exchanges.Kind.STATEMENT, refusal);
        }
    }

    /** The server did not get to it, or nothing is heard of it any more. */
    void over() {
        if (witness != null && ends()) {
            witness.cancelled();
        }
    }

    /** The server did not get to it, or refused it. */
    void failed(PreparedStatements statements) {
        if (prepares && statement != null && !statement.isConfirmed()) {
            statements.forget(statement);
        }
    }

    /** What the session had prepared does not hold any more. */
    void stale(PreparedStatements statements) {
        if (statement != null) {
            statements.forget(statement);
        }
    }
}
