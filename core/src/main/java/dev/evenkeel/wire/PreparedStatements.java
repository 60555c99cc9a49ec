package dev.evenkeel.wire;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements that one session knows, of which the least recently used goes first. A name is never used twice: whether the server
 * has kept the one before may be unknown. Thread-safe.
 */
public final class PreparedStatements {

    private static final int MOST = 256;

    /** A statement with many values that may be null has a sibling for each combination. */
    private static final int MOST_SIBLINGS = 16;

    private final Map<String, Prepared> statements = new LinkedHashMap<>(64, 0.75f, true);
    /** What the server may still know. */
    private final Deque<byte[]> forgotten = new ArrayDeque<>();

    private int names;
    private final boolean own;

    /** Of a session that is our {@code own}, or one behind a pooler. */
    public PreparedStatements(boolean own) {
        this.own = own;
    }

    /**
     * Whether they are as we have prepared them. A pooler lets other sessions of the server prepare them again, with other columns when
     * these were changed, and nobody hears of that: then they are to be described each time,
     * and asked for as text.
     */
    public boolean areOurs() {
        return own;
    }

    public synchronized @Nullable Prepared find(String sql, int[] types) {
        Prepared statement = statements.get(sql);
        while (statement != null && !statement.takes(types)) {
            statement = statement.sibling;
        }
        return statement;
    }

    /** How many values this text takes; -1 when the session does not know it. */
    public synchronized int parametersOf(String sql) {
        Prepared statement = statements.get(sql);
        return statement == null ? -1 : statement.values();
    }

    /** Remembers it, and writes what makes the server prepare it, and forget another one if there are too many. */
    public synchronized Prepared prepare(String sql, int[] types, ByteBuf out) {
        Prepared sibling = statements.get(sql);
        if (siblings(sibling) >= MOST_SIBLINGS) {
            forgetAll(sibling);
            sibling = null;
        }
        Prepared statement = new Prepared(sql, types, Wire.name("L_" + names++), sibling);
        statements.put(sql, statement);
        if (statements.size() > MOST) {
            forget(statements.values().iterator().next());
        }
        while (!forgotten.isEmpty()) {
            Wire.close(out, forgotten.poll());
        }
        Wire.parse(out, statement.name, sql, types);
        Wire.describe(out, statement.name);
        return statement;
    }

    private static int siblings(@Nullable Prepared first) {
        int count = 0;
        for (Prepared each = first; each != null; each = each.sibling) {
            count++;
        }
        return count;
    }

    /** The server may not know it, or knows it as something that does not hold any more; its siblings go with it. */
    public synchronized void forget(Prepared statement) {
        Prepared first = statements.get(statement.sql);
        for (Prepared each = first; each != null; each = each.sibling) {
            if (each == statement) {
                forgetAll(first);
                return;
            }
        }
    }

    private void forgetAll(@Nullable Prepared first) {
        for (Prepared each = first; each != null; each = each.sibling) {
            statements.remove(each.sql);
            forgotten.add(each.name);
        }
    }
}
