package dev.evenkeel.spring.transaction;

import dev.evenkeel.CallContext;
import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.r2dbc.connection.ConnectionHolder;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.ReactiveTransaction;
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

    private static final String NO_TRANSACTION = "25P01";

    private final Duration commitBound;
    /** What a transaction runs on, for as long as somebody knows the transaction. */
    private final transient Map<Object, GuardedConnection> held = Collections.synchronizedMap(new WeakHashMap<>());

    RoutedTransactions(ConnectionFactory connectionFactory, Duration commitBound) {
        super(connectionFactory);
        this.commitBound = commitBound;
    }

    @Override
    protected Mono<Void> doBegin(
            TransactionSynchronizationManager scope, Object transaction, TransactionDefinition definition) {
        return super.doBegin(scope, transaction, definition)
                .then(Mono.<Void>fromRunnable(() -> remember(scope, transaction)))
                .contextWrite(context -> declare(context, definition));
    }

    private void remember(TransactionSynchronizationManager scope, Object transaction) {
        if (scope.getResource(obtainConnectionFactory()) instanceof ConnectionHolder holder
                && holder.getConnection() instanceof GuardedConnection connection) {
            held.put(transaction, connection);
        }
    }

    /** Gives the transaction's connection back if that has not been done; not that of one that goes on around it. */
    Mono<Void> letGo(ReactiveTransaction transaction) {
        return Mono.defer(() -> {
            GuardedConnection connection = transaction instanceof GenericReactiveTransaction status
                            && status.hasTransaction()
                            && status.isNewTransaction()
                            && !status.isNested()
                    ? held.remove(status.getTransaction())
                    : null;
            return connection == null ? Mono.empty() : connection.giveUp();
        });
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
        return super.doCommit(scope, status).cache().timeout(commitBound, Mono.error(this::unanswered));
    }

    private CommitInDoubt unanswered() {
        return new CommitInDoubt(new CommitOutcomeUnknownException(Failure.of(
                "COMMIT_UNKNOWN",
                ErrorType.CONNECTION,
                "COMMIT was not answered within %s; it goes on at the server".formatted(commitBound),
                "look whether the transaction's effects are there before you repeat it",
                "look for a synchronous replica that is down")));
    }

    /**
     * Whatever runs is stopped, too. The transaction's own connection is asked for, not what is bound in the scope: after a cancel that
     * may be the one of a transaction inside it, and Spring's clean-up would commit this one by switching auto-commit on. When the transaction around a savepoint is gone, as after a cancel of both, nothing is left to
     * undo.
     */
    @Override
    protected Mono<Void> doRollback(TransactionSynchronizationManager scope, GenericReactiveTransaction status) {
        if (status.isNested()) {
            return Mono.defer(() -> super.doRollback(scope, status))
                    .onErrorResume(RoutedTransactions::isGone, gone -> Mono.empty());
        }
        return Mono.defer(() -> {
            GuardedConnection own = held.get(status.getTransaction());
            return own == null ? super.doRollback(scope, status) : own.giveUp();
        });
    }

    private static boolean isGone(Throwable error) {
        return error instanceof LeaseMisuseException
                || error instanceof DataAccessResourceFailureException
                || (error.getCause() instanceof R2dbcException refused && NO_TRANSACTION.equals(refused.getSqlState()));
    }

    /** A savepoint that cannot be released is released with its transaction. */
    @Override
    protected Mono<Void> doCleanupAfterCompletion(TransactionSynchronizationManager scope, Object transaction) {
        return super.doCleanupAfterCompletion(scope, transaction).onErrorComplete();
    }

    @Override
    protected RuntimeException translateException(String task, R2dbcException error) {
        if (error.getCause() instanceof CommitOutcomeUnknownException doubt) {
            return new CommitInDoubt(doubt);
        }
        return BECAME_ROLLBACK.equals(error.getSqlState())
                ? new UnexpectedRollbackException(String.valueOf(error.getMessage()), error)
                : super.translateException(task, error);
    }
}
