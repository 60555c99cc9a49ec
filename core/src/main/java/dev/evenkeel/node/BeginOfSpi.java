package dev.evenkeel.node;

import io.r2dbc.postgresql.api.PostgresTransactionDefinition;
import io.r2dbc.spi.TransactionDefinition;
import org.jspecify.annotations.Nullable;

/** What begins a transaction of the SPI, as the driver would say it. */
final class BeginOfSpi {

    private BeginOfSpi() {}

    /** {@code null} when the driver must begin it: it remembers the isolation level, and tells it when it is asked. */
    static @Nullable String statement(TransactionDefinition definition) {
        if (definition.getAttribute(TransactionDefinition.ISOLATION_LEVEL) != null
                || definition.getAttribute(PostgresTransactionDefinition.DEFERRABLE) != null) {
            return null;
        }
        Boolean readOnly = definition.getAttribute(TransactionDefinition.READ_ONLY);
        return readOnly == null ? "BEGIN" : readOnly ? "BEGIN READ ONLY" : "BEGIN READ WRITE";
    }
}
