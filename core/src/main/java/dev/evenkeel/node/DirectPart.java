package dev.evenkeel.node;

import dev.evenkeel.driver.RowShape;
import dev.evenkeel.wire.Prepared;
import dev.evenkeel.wire.PreparedStatements;
import dev.evenkeel.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.client.Binding;
import org.jspecify.annotations.Nullable;

/** One of the statements that are sent together. */
final class DirectPart {

    private final String sql;
    private final Binding values;
    private final boolean onlyOnce;
    private @Nullable Prepared statement;
    private @Nullable RowShape once;
    private boolean prepares;

    DirectPart(String sql, Binding values, boolean onlyOnce) {
        this.sql = sql;
        this.values = values;
        this.onlyOnce = onlyOnce;
    }

    String sql() {
        return sql;
    }

    /**
     * Adds what must be sent. What another exchange is about to prepare is not relied upon: should that fail, this one would not
     * find it. False when a value does not come at once.
     */
    boolean write(ByteBuf out, PreparedStatements statements) {
        boolean complete = Wire.bind(out, prepare(out, statements), values);
        Wire.execute(out);
        return complete;
    }

    private byte[] prepare(ByteBuf out, PreparedStatements statements) {
        int[] types = values.getParameterTypes();
        Prepared known = onlyOnce ? null : statements.find(sql, types);
        prepares = known == null && !onlyOnce;
        statement = prepares ? statements.prepare(sql, types, out) : known;
        if (statement != null && (prepares || statement.isConfirmed())) {
            return statement.name();
        }
        statement = null;
        Wire.parse(out, Wire.unnamed(), sql, types);
        Wire.describe(out, Wire.unnamed());
        return Wire.unnamed();
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
        return statement == null ? once : statement.rows();
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
