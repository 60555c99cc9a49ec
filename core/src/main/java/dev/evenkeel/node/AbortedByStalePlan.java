package dev.evenkeel.node;

import io.r2dbc.spi.R2dbcTransientException;

/** The transaction cannot go on, because a prepared statement in it was stale; with the code of an aborted transaction. */
final class AbortedByStalePlan extends R2dbcTransientException {

    private static final long serialVersionUID = 1L;

    AbortedByStalePlan() {
        super("a prepared statement is stale, and the transaction is aborted", "25P02");
    }
}
