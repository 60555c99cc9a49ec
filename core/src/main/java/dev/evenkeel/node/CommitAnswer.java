package dev.evenkeel.node;

import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.wire.CommandTag;
import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.postgresql.message.backend.NoticeResponse;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientException;
import io.r2dbc.spi.R2dbcRollbackException;
import org.jspecify.annotations.Nullable;

/**
 * All that the server says to a COMMIT. The driver's own way drops the warning that makes a difference: a COMMIT that waited for a
 * synchronous replica can be released by an operator, and is then durable on the primary only.
 */
final class CommitAnswer {

    static final String COMMIT = "COMMIT";

    /** No code of the server's; the driver has none for it either. */
    private static final String BECAME_ROLLBACK = "99999";

    private static final String ABORTED = "25P02";

    private @Nullable R2dbcException failure;
    private boolean replicationGivenUp;

    void completed(CommandTag tag) {
        if (tag.rolledBack()) {
            failure = new RolledBack();
        }
    }

    void read(BackendMessage message) {
        if (message instanceof ErrorResponse error) {
            failure = DriverClient.exception(error, COMMIT);
        } else if (message instanceof NoticeResponse notice) {
            replicationGivenUp |= ReplicationWarning.is(new ErrorDetails(notice.getFields()));
        }
    }

    /** Why the transaction has not committed as it should; {@code null} when it has. */
    @Nullable
    Throwable problem(String node) {
        if (failure != null) {
            return failure;
        }
        return replicationGivenUp ? ReplicationWarning.exception(node) : null;
    }

    /** What the server would say to the COMMIT of a transaction that it has refused to begin. */
    static R2dbcException ofNone() {
        return new RolledBack();
    }

    /** What the server would say to a further statement of a transaction that has failed. */
    static R2dbcException ofAborted() {
        return new Aborted();
    }

    private static final class Aborted extends R2dbcNonTransientException {

        private static final long serialVersionUID = 1L;

        Aborted() {
            super("current transaction is aborted, commands ignored until end of transaction block", ABORTED);
        }
    }

    /** The transaction was aborted before. */
    private static final class RolledBack extends R2dbcRollbackException {

        private static final long serialVersionUID = 1L;

        RolledBack() {
            super("The database returned ROLLBACK, so the transaction cannot be committed", BECAME_ROLLBACK);
        }
    }
}
