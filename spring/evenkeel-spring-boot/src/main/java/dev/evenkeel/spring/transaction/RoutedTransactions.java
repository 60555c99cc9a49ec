package dev.evenkeel.spring.transaction;

import dev.evenkeel.CallContext;
import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcException;
import java.time.Duration;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.reactive.GenericReactiveTransaction;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Spring's R2DBC transactions with what it does not tell the connection factory: that a transaction is read-only, before its
 * connection is taken, so that a replica can serve it; and how long it may take.
 */
final class RoutedTransactions extends R2dbcTransactionManager {

    private static final long serialVersionUID = 1L;

    /** The code of a COMMIT that was answered by ROLLBACK: no server's. */
    private static final String BECAME_ROLLBACK = "99999";

    /** The release of the connection rolls back anyway, by force if need be. */
    private static final Duration ROLLBACK_BOUND = Duration.ofSeconds(1);

    private final Duration commitBound;

    RoutedTransactions(ConnectionFactory connectionFactory, Duration commitBound) {
        super(connectionFactory);
        this.commitBound = commitBound;
    }

    @Override
    protected Mono<Void> doBegin(
            TransactionSynchronizationManager scope, Object transaction, TransactionDefinition definition) {
        return super.doBegin(scope, transaction, definition).contextWrite(context -> declare(context, definition));
    }

    private Context declare(Context context, TransactionDefinition definition) {
        Context declared = CallContext.options(options(context, definition)).apply(context);
        Duration timeout = determineTimeout(definition);
        return timeout.isZero() || timeout.isNegative()
                ? declared
                : CallContext.timeout(timeout).apply(declared);
    }

    /** What was declared around for reads, such as how fresh they must be, holds for a read-only transaction. */
    private static ConnectionOptions options(ContextView context, TransactionDefinition definition) {
        boolean readOnly = definition.isReadOnly();
        ConnectionOptions options = CallContext.options(context)
                .filter(around -> around.readOnly() == readOnly)
                .orElse(readOnly ? ConnectionOptions.read() : ConnectionOptions.write());
        String name = definition.getName();
        return options.label(name == null ? "transaction" : name).forOneTransaction();
    }

    /** Detached from whoever waits for it: a COMMIT that was sent is not taken back. */
    @Override
    protected Mono<Void> doCommit(TransactionSynchronizationManager scope, GenericReactiveTransaction status) {
        return Mono.defer(() -> Mono.fromFuture(super.doCommit(scope, status).toFuture(), true))
                .timeout(commitBound, Mono.error(this::unanswered));
    }

    private CommitInDoubt unanswered() {
        return new CommitInDoubt(new CommitOutcomeUnknownException(Failure.of(
                "COMMIT_UNKNOWN",
                ErrorType.CONNECTION,
                "COMMIT was not answered within %s; it goes on at the server".formatted(commitBound),
                "look whether the transaction's effects are there before you repeat it",
                "look for a synchronous replica that is down")));
    }

    /** Of a savepoint it must succeed. Otherwise the error that led here is the one to report. */
    @Override
    protected Mono<Void> doRollback(TransactionSynchronizationManager scope, GenericReactiveTransaction status) {
        Mono<Void> rollback = super.doRollback(scope, status);
        return status.isNested()
                ? rollback
                : rollback.timeout(ROLLBACK_BOUND, Mono.empty()).onErrorComplete();
    }

    @Override
    protected RuntimeException translateException(String task, R2dbcException error) {
        if (error.getCause() instanceof CommitOutcomeUnknownException doubt) {
            return new CommitInDoubt(doubt);
        }
        return BECAME_ROLLBACK.equals(error.getSqlState())
                ? new UnexpectedRollbackException(error.getMessage(), error)
                : super.translateException(task, error);
    }
}
