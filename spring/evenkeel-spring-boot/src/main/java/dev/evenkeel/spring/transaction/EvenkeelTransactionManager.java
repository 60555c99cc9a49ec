package dev.evenkeel.spring.transaction;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.ReactiveTransaction;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionExecutionListener;
import reactor.core.publisher.Mono;

/**
 * Spring's transactions on the manager's connections: {@code @Transactional}, {@code TransactionalOperator} and repositories. A
 * read-only transaction is served by a replica that shows all that was written before. A timeout holds for all of the transaction,
 * and the server knows it. Thread-safe.
 *
 * <p>A COMMIT whose answer is lost ends in a {@link CommitOutcomeUnknownException}, and synchronizations hear that its outcome is
 * unknown. A cancel rolls back, but not what was already being committed.
 */
public final class EvenkeelTransactionManager implements ReactiveTransactionManager, ConfigurableTransactionManager {

    private final RoutedTransactions transactions;

    /**
     * Works with what is taken from this factory.
     *
     * @param connectionFactory the one that {@code DatabaseClient} and repositories use, too
     * @param commitBound longest wait for the answer to COMMIT
     */
    public EvenkeelTransactionManager(ConnectionFactory connectionFactory, Duration commitBound) {
        this.transactions = new RoutedTransactions(connectionFactory, commitBound);
    }

    @Override
    public Mono<ReactiveTransaction> getReactiveTransaction(@Nullable TransactionDefinition definition) {
        return new Delivery(transactions.getReactiveTransaction(definition), this::rollback);
    }

    @Override
    public Mono<Void> commit(ReactiveTransaction transaction) {
        return ending(transaction, transactions.commit(transaction))
                .onErrorMap(CommitInDoubt.class, CommitInDoubt::doubt);
    }

    @Override
    public Mono<Void> rollback(ReactiveTransaction transaction) {
        return ending(transaction, transactions.rollback(transaction));
    }

    /**
     * Spring gives the connection back in the end, but not on each path: not when the cancel comes while the transaction is suspended
     * by another one, nor when it overtakes the clean-up behind COMMIT.
     */
    private Mono<Void> ending(ReactiveTransaction transaction, Mono<Void> end) {
        Mono<Void> letGo = transactions.letGo(transaction);
        return end.onErrorResume(error -> letGo.then(Mono.error(error)))
                .then(letGo)
                .doOnCancel(letGo::subscribe);
    }

    @Override
    public void setTransactionExecutionListeners(Collection<TransactionExecutionListener> listeners) {
        transactions.setTransactionExecutionListeners(listeners);
    }

    @Override
    public Collection<TransactionExecutionListener> getTransactionExecutionListeners() {
        return transactions.getTransactionExecutionListeners();
    }
}
