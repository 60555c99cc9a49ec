package dev.evenkeel.tx;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Proof that a transaction committed: a row that is part of it, under a name that nobody else will ever use.
 *
 * @param token time-ordered (version 7 of RFC 9562), so that the index grows at one end
 */
record Marker(UUID token) {

    static Marker next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = System.currentTimeMillis() << 16 | 0x7000 | random.nextInt(1 << 12);
        long low = random.nextLong() >>> 2 | 1L << 63;
        return new Marker(new UUID(high, low));
    }

    /** Goes into the message that begins the transaction; answers with what identifies its session. */
    String insert() {
        return "INSERT INTO evenkeel_commit (token, state) VALUES ('%s', 'C')".formatted(token)
                + " RETURNING pg_backend_pid(), pg_current_xact_id()::xid::text";
    }

    /**
     * Asks for the outcome and settles it at once: whoever inserts the token first has decided. If the transaction has not
     * committed, this row takes its place, and the transaction cannot commit any more.
     */
    String settle() {
        return "INSERT INTO evenkeel_commit (token, state) VALUES ('%s', 'A')".formatted(token)
                + " ON CONFLICT (token) DO UPDATE SET state = evenkeel_commit.state RETURNING state";
    }
}
