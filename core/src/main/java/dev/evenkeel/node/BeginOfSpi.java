package dev.evenkeel.node;

import io.r2dbc.postgresql.api.PostgresTransactionDefinition;
import io.r2dbc.spi.TransactionDefinition;
import org.jspecify.annotations.Nullable;

/** How a transaction of the SPI begins, as the driver would begin it. */
final class BeginOfSpi {

    private BeginOfSpi() {}

    static Begin with(String mode, Traffic owner) {
        return mode.isEmpty()
                ? new Begin("BEGIN", "BEGIN", owner)
                : new Begin("BEGIN " + mode, "BEGIN; SET TRANSACTION " + mode, owner);
    }

    /** May be empty; {@code null} when the driver must begin it: it remembers the isolation level, and tells it when it is asked. */
    static @Nullable String mode(TransactionDefinition definition) {
        if (definition.getAttribute(TransactionDefinition.ISOLATION_LEVEL) != null
                || definition.getAttribute(PostgresTransactionDefinition.DEFERRABLE) != null) {
            return null;
        }
        Boolean readOnly = definition.getAttribute(TransactionDefinition.READ_ONLY);
        return readOnly == null ? "" : readOnly ? "READ ONLY" : "READ WRITE";
    }
}
