package dev.evenkeel.wire;

import dev.evenkeel.driver.RowShape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A statement that a session was told to prepare. Written and read where the session's answers arrive. */
public final class Prepared {

    final String sql;
    final byte[] name;
    /** The same text for values of other types is another statement. */
    final @Nullable Prepared sibling;

    private final int[] types;
    private volatile @Nullable RowShape rows;
    private volatile boolean confirmed;

    Prepared(String sql, int[] types, byte[] name, @Nullable Prepared sibling) {
        this.sql = sql;
        this.types = types;
        this.name = name;
        this.sibling = sibling;
    }

    boolean takes(int[] others) {
        return Arrays.equals(types, others);
    }

    int values() {
        return types.length;
    }

    public byte[] name() {
        return name;
    }

    /** What its rows look like; {@code null} until the server has told it, and for one that has no rows. */
    public @Nullable RowShape rows() {
        return rows;
    }

    /** The same as they are best asked for. */
    public @Nullable RowShape quickerRows() {
        RowShape known = rows;
        return known == null ? null : known.quicker();
    }

    public void describe(RowShape shape) {
        rows = shape;
    }

    /** The server has prepared it: whatever is sent from now on finds it. */
    public void confirm() {
        confirmed = true;
    }

    public boolean isConfirmed() {
        return confirmed;
    }
}
