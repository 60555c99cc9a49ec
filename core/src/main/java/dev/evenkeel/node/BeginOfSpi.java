package dev.evenkeel.node;

import io.r2dbc.postgresql.api.PostgresTransactionDefinition;
import io.r2dbc.spi.TransactionDefinition;
import org.jspecify.annotations.Nullable;

/** How a transaction of the SPI begins, as the driver would begin it. */
final class BeginOfSpi {

    private BeginOfSpi() {}

    static Begin plain(Traffic owner) {
        return new Begin(Begin.PLAIN, Begin.PLAIN, owner);
    }

    /** {@code null} when the driver must begin it: it remembers the isolation level, and tells it when it is asked. */
    static @Nullable Begin of(TransactionDefinition definition, Traffic owner) {
        if (definition.getAttribute(TransactionDefinition.ISOLATION_LEVEL) != null
                || definition.getAttribute(PostgresTransactionDefinition.DEFERRABLE) != null) {
            return null;
        }
        Boolean readOnly = definition.getAttribute(TransactionDefinition.READ_ONLY);
        if (readOnly == null) {
            return plain(owner);
        }
        String mode = readOnly ? "READ ONLY" : "READ WRITE";
        return new Begin("BEGIN " + mode, "BEGIN; SET TRANSACTION " + mode, owner);
    }
}
