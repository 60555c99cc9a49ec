package dev.evenkeel.spring.transaction;

import dev.evenkeel.CallContext;
import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.Deadline;
import dev.evenkeel.LeasedConnection;
import dev.evenkeel.error.Phase;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * The application's one connection factory: the manager's, in the way that Spring needs it. A connection is for writing unless the
 * {@linkplain CallContext#options(ContextView) Reactor Context} or a read-only scope of Spring's without a transaction says
 * otherwise. Thread-safe.
 *
 * @param delegate the manager's factory, with the decorators of the application around it
 */
public record SpringConnectionFactory(ConnectionFactory delegate) implements ConnectionFactory {

    @Override
    public Mono<Connection> create() {
        return Mono.deferContextual(context -> CallContext.options(context)
                .map(Mono::just)
                .orElseGet(SpringConnectionFactory::declared)
                .flatMap(options -> Mono.from(delegate.create())
                        .<Connection>map(connection -> guarded(connection, options, context))
                        .contextWrite(CallContext.options(options))));
    }

    /** {@code @Transactional(propagation = SUPPORTS, readOnly = true)} declares a read without beginning a transaction. */
    private static Mono<ConnectionOptions> declared() {
        return TransactionSynchronizationManager.forCurrentTransaction()
                .map(scope -> scope.isCurrentTransactionReadOnly() && !scope.isActualTransactionActive())
                .onErrorReturn(NoTransactionException.class, false)
                .map(reads -> reads ? ConnectionOptions.read() : ConnectionOptions.write());
    }

    private static Connection guarded(Connection connection, ConnectionOptions options, ContextView context) {
        GuardedConnection guarded = guard(connection, options, context);
        Taken.in(context).ifPresent(taken -> taken.by(guarded));
        return guarded;
    }

    private static GuardedConnection guard(Connection connection, ConnectionOptions options, ContextView context) {
        LeasedConnection lease = Wrappers.find(connection, LeasedConnection.class);
        Errors errors = lease == null ? new Errors("the database", "-") : new Errors(lease.node(), lease.requestId());
        return new GuardedConnection(
                connection,
                new Exchange(
                        errors,
                        options.readOnly() ? Phase.READING : Phase.AUTOCOMMIT,
                        CallContext.deadline(context).orElse(Deadline.NEVER)));
    }

    @Override
    public ConnectionFactoryMetadata getMetadata() {
        return delegate.getMetadata();
    }
}
