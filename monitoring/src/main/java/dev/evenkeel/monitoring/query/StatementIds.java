package dev.evenkeel.monitoring.query;

import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Remembers what texts are called, because an application sends the same ones again and again. Bounded; thread-safe.
 *
 * <p>When it is full, a tenth is forgotten, whichever comes first: exact least-recently-used order would need a lock at each
 * look-up, and only applications that write literals into their texts come here at all.
 */
final class StatementIds {

    private static final int FORGOTTEN_AT_ONCE = 10;

    private final ConcurrentMap<String, StatementId> known = new ConcurrentHashMap<>();
    private final int most;

    StatementIds(int most) {
        this.most = most;
    }

    StatementId of(String sql) {
        StatementId id = known.get(sql);
        return id == null ? learn(sql) : id;
    }

    private StatementId learn(String sql) {
        StatementId id = StatementId.of(sql);
        if (known.size() >= most) {
            Iterator<String> oldest = known.keySet().iterator();
            for (int i = 0; i <= most / FORGOTTEN_AT_ONCE && oldest.hasNext(); i++) {
                oldest.next();
                oldest.remove();
            }
        }
        known.put(sql, id);
        return id;
    }
}
