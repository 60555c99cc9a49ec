package dev.evenkeel.node;

import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import io.r2dbc.postgresql.message.backend.CommandComplete;
import io.r2dbc.postgresql.message.backend.ErrorResponse;
import io.r2dbc.postgresql.message.backend.NoticeResponse;
import io.r2dbc.postgresql.message.frontend.Query;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcRollbackException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Sends COMMIT and reads all of the answer. The driver's own way drops the warning that makes a difference: a COMMIT that
 * waited for a synchronous replica can be released by an operator, and is then durable on the primary only.
 */
final class CommitExchange {

    private static final String COMMIT = "COMMIT";

    /** No code of the server's; the driver has none for it either. */
    private static final String BECAME_ROLLBACK = "99999";

    private @Nullable R2dbcException failure;
    private boolean replicationGivenUp;

    private CommitExchange() {}

    /** Completes when the transaction has committed; at once when there is none. */
    static Mono<Void> on(Client client, Supplier<String> node) {
        return Mono.defer(() -> {
            if (client.getTransactionStatus() == TransactionStatus.IDLE) {
                return Mono.empty();
            }
            CommitExchange exchange = new CommitExchange();
            return client.exchange(Mono.just(new Query(COMMIT)))
                    .doOnNext(exchange::read)
                    .then(Mono.defer(() -> exchange.verdict(node)));
        });
    }

    private void read(BackendMessage message) {
        if (message instanceof ErrorResponse error) {
            failure = DriverClient.exception(error, COMMIT);
        } else if (message instanceof CommandComplete complete && "ROLLBACK".equalsIgnoreCase(complete.getCommand())) {
            failure = new RolledBack();
        } else if (message instanceof NoticeResponse notice) {
            replicationGivenUp |= ReplicationWarning.is(new ErrorDetails(notice.getFields()));
        }
    }

    private Mono<Void> verdict(Supplier<String> node) {
        if (failure != null) {
            return Mono.error(failure);
        }
        return replicationGivenUp ? Mono.error(ReplicationWarning.exception(node.get())) : Mono.empty();
    }

    /** The transaction was aborted before. */
    private static final class RolledBack extends R2dbcRollbackException {

        private static final long serialVersionUID = 1L;

        RolledBack() {
            super("The database returned ROLLBACK, so the transaction cannot be committed", BECAME_ROLLBACK);
        }
    }
}
