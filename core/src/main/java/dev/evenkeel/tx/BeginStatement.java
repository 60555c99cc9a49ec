package dev.evenkeel.tx;

import dev.evenkeel.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one message that opens a transaction and sets all there is to set in it.
 *
 * <p>It begins with a bare BEGIN, which cannot fail on a server that answers. Whatever follows fails inside the transaction
 * and so dooms it: a statement that is already on its way behind this message can never run outside a transaction.
 */
final class BeginStatement {

    /** The server gives up first, so that the connection stays clean and needs no cancel request. */
    private static final double SERVER_SHARE = 0.9;

    private final TransactionOptions options;
    private final String statement;
    private final String message;

    BeginStatement(TransactionOptions options) {
        this.options = options;
        String modes = String.join(", ", modes(options));
        this.statement = modes.isEmpty() ? "BEGIN" : "BEGIN " + modes;
        this.message = modes.isEmpty() ? "BEGIN" : "BEGIN; SET TRANSACTION " + modes;
    }

    /** Whether all of it can be said in one statement. */
    boolean isOneStatement() {
        return options.timeout() == null;
    }

    /** The one statement. */
    String statement() {
        return statement;
    }

    /** The same as a message by itself. */
    String message() {
        return message;
    }

    /** The text for a transaction that may take so long and leaves this marker, if any. */
    String text(Duration remaining, @Nullable String marker) {
        StringBuilder sql = new StringBuilder(message);
        if (options.timeout() != null) {
            long millis =
                    Math.min(Integer.MAX_VALUE, Math.max(1, (long) (SERVER_SHARE * (double) remaining.toMillis())));
            sql.append("; SET LOCAL statement_timeout = ").append(millis);
        }
        return marker == null ? sql.toString() : sql.append("; ").append(marker).toString();
    }

    private static List<String> modes(TransactionOptions options) {
        List<String> modes = new ArrayList<>();
        if (options.isolation() != null) {
            modes.add("ISOLATION LEVEL " + options.isolation().asSql());
        }
        if (options.readOnly()) {
            modes.add("READ ONLY");
        }
        if (options.deferrable()) {
            modes.add("DEFERRABLE");
        }
        return modes;
    }
}
