package dev.evenkeel.assembly;

import dev.evenkeel.CallContext;
import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.DatabaseMetrics;
import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.Insert;
import dev.evenkeel.PoolValidation;
import dev.evenkeel.Query;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.ReadSession.Need;
import dev.evenkeel.ReadToken;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.bulk.BulkInsert;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.ManagerClosedException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.event.AdministrativeAction.Ending;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.health.CallStatistics;
import dev.evenkeel.health.HealthStream;
import dev.evenkeel.node.Encryption;
import dev.evenkeel.node.IdleCheck;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.route.Intent;
import dev.evenkeel.route.Wish;
import dev.evenkeel.stage.Parts;
import dev.evenkeel.stage.Pipeline;
import dev.evenkeel.stage.Retries;
import dev.evenkeel.stage.Statements;
import dev.evenkeel.stage.Terms;
import dev.evenkeel.tx.CommitOutcomes;
import dev.evenkeel.tx.InnerTransaction;
import dev.evenkeel.tx.Transactions;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Turns each method of the manager into terms and work, and hands them to the {@link Pipeline}. */
final class RunningManager implements ReactiveDatabaseManager {

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final DatabaseConfig config;
    private final Parts parts;
    private final CallStatistics statistics;
    private final HealthStream health;
    private final Shutdown shutdown;
    private final CommitOutcomes outcomes;
    private final Inspection inspection;
    private final Announcing announcing;
    private final Pipeline pipeline;
    private final Pipeline lending;
    private final QueryRoads queries;
    private final Road usual;

    RunningManager(
            Parts parts,
            CallStatistics statistics,
            HealthStream health,
            Shutdown shutdown,
            CommitOutcomes outcomes,
            Inspection inspection) {
        this.config = parts.config();
        this.parts = parts;
        this.statistics = statistics;
        this.health = health;
        this.shutdown = shutdown;
        this.outcomes = outcomes;
        this.inspection = inspection;
        this.announcing = new Announcing(parts.listener());
        this.pipeline = Pipeline.of(parts);
        this.lending = Pipeline.lending(parts);
        this.queries = QueryRoads.of(
                pipeline,
                this::transactions,
                new Terms(
                        "query",
                        wish(false, ReadConsistency.STRONG, null),
                        Phase.STATEMENT,
                        config.callTimeout(),
                        config.retry()));
        this.usual = roadOf(TransactionOptions.defaults());
    }

    @Override
    public <T> Mono<T> inTransaction(Function<? super Connection, ? extends Mono<T>> work) {
        return inTransaction(TransactionOptions.defaults(), work);
    }

    @Override
    public <T> Mono<T> inTransaction(TransactionOptions options, Function<? super Connection, ? extends Mono<T>> work) {
        return Mono.deferContextual(context -> InnerTransaction.find(context, options)
                .map(inner -> inner.<T>run(work).singleOrEmpty())
                .orElseGet(() -> {
                    Road road = road(options);
                    return pipeline.run(road.terms(), road.transactions().one(work))
                            .singleOrEmpty();
                }));
    }

    @Override
    public <T> Flux<T> inTransactionMany(
            TransactionOptions options, Function<? super Connection, ? extends Publisher<T>> work) {
        return Flux.deferContextual(context -> InnerTransaction.find(context, options)
                .map(inner -> inner.<T>run(work))
                .orElseGet(() -> {
                    Road road = road(options);
                    return pipeline.run(road.terms(), road.transactions().many(work));
                }));
    }

    @Override
    public <T> Mono<T> withConnection(ConnectionOptions options, Function<? super Connection, ? extends Mono<T>> work) {
        return pipeline.<T>run(terms(options), work::apply).singleOrEmpty();
    }

    @Override
    public <T> Flux<T> withConnectionMany(
            ConnectionOptions options, Function<? super Connection, ? extends Publisher<T>> work) {
        return pipeline.run(terms(options), work::apply);
    }

    @Override
    public Query query(String sql, @Nullable Object... parameters) {
        return new PipelineQuery(queries, Statements.of(sql, parameters), queries.usual(), null, null);
    }

    @Override
    public Insert insertInto(String table, String... columns) {
        return BulkInsert.into(this, table, columns);
    }

    @Override
    public Mono<Connection> getConnection(ConnectionOptions options) {
        return new HandOver(lending.run(terms(options), Mono::just));
    }

    @Override
    public Mono<Void> releaseConnection(Connection connection) {
        return Mono.defer(() -> connection instanceof Lease lease && (!lease.isReleased() || lease.isAbandoned())
                ? lease.release()
                : Mono.error(new LeaseMisuseException(Failure.of(
                        "NOT_LEASED",
                        ErrorType.QUERY,
                        "%s is not leased from this manager, or was released before".formatted(connection),
                        "release each connection once, and only what getConnection emitted"))));
    }

    @Override
    public <T> Mono<T> withRetry(RetryPolicy policy, Mono<T> operation) {
        return operation.retryWhen(Retries.of(policy, parts.timer()));
    }

    @Override
    public Flux<HealthSnapshot> health() {
        return health.stream();
    }

    @Override
    public Mono<HealthSnapshot> healthCheck() {
        return health.check();
    }

    @Override
    public void contributeSchemaIntegrity(Flux<HealthSnapshot.Check> verdicts) {
        health.schema().use(verdicts);
    }

    @Override
    public Disposable listen(DatabaseListener listener) {
        parts.listener().add(listener);
        return () -> parts.listener().remove(listener);
    }

    @Override
    public <T> Flux<T> announcing(String what, String subject, Publisher<T> action) {
        return announcing.all(what, subject, action);
    }

    @Override
    public <T> Mono<T> announcing(
            String what, String subject, Mono<T> action, Function<? super T, Optional<Ending>> ending) {
        return announcing.one(what, subject, action, ending);
    }

    @Override
    public <T> Flux<T> inspect(String node, Function<? super Connection, ? extends Publisher<T>> work) {
        return Flux.defer(() ->
                parts.gate().isClosed() ? Flux.error(ManagerClosedException.refusing("-")) : inspection.of(node, work));
    }

    @Override
    public DatabaseConfig config() {
        return config;
    }

    @Override
    public Mono<SSLSocketFactory> encryptedSockets(NodeConfig node) {
        return new Encryption(config.tls(node), node.name(), node.host(), parts.timer()).sockets();
    }

    @Override
    public DatabaseMetrics metrics() {
        return statistics.metrics(parts.pools().values());
    }

    @Override
    public Mono<PoolValidation> validatePool() {
        return openPools()
                .flatMap(pool -> new IdleCheck(pool, parts.timer()).run().map(found -> Map.entry(pool.name(), found)))
                .collectMap(Map.Entry::getKey, Map.Entry::getValue)
                .map(PoolValidation::new);
    }

    private Flux<NodePool> openPools() {
        return Flux.defer(() -> parts.gate().isClosed()
                ? Flux.error(ManagerClosedException.refusing("-"))
                : Flux.fromIterable(parts.pools().values()));
    }

    @Override
    public Mono<ReadToken> readToken() {
        return Mono.deferContextual(context -> {
            Need need = parts.contacts().need(CallContext.session(context).orElse(null));
            return need.only() == null
                    ? Mono.justOrEmpty(need.floor())
                    : parts.topology().primaryPosition();
        });
    }

    @Override
    public Mono<Void> acceptPrimary(String node) {
        return announcing("accept-primary", node, parts.topology().accept(node)).then();
    }

    @Override
    public Mono<Void> rotateConnections() {
        return announcing("rotate", "all connections", openPools().flatMap(NodePool::rotate))
                .then();
    }

    @Override
    public ConnectionFactory connectionFactory() {
        return new RoutedConnectionFactory(this);
    }

    @Override
    public Mono<Void> shutdown() {
        return shutdown(GRACE);
    }

    @Override
    public Mono<Void> shutdown(Duration grace) {
        return shutdown.begin(grace);
    }

    /** How a transaction with such options travels. */
    private record Road(Terms terms, Transactions transactions) {}

    private Road road(TransactionOptions options) {
        return options.equals(TransactionOptions.defaults()) ? usual : roadOf(options);
    }

    private Road roadOf(TransactionOptions options) {
        return new Road(terms(options), transactions(options));
    }

    private Transactions transactions(TransactionOptions options) {
        return new Transactions(options, outcomes, parts.timer());
    }

    private Terms terms(TransactionOptions options) {
        return new Terms(
                options.label(),
                wish(options.readOnly(), options.consistency(), null),
                options.readOnly() ? Phase.READING : Phase.IN_TRANSACTION,
                Optional.ofNullable(options.timeout()).orElse(config.callTimeout()),
                Optional.ofNullable(options.retry()).orElse(config.retry()));
    }

    private Terms terms(ConnectionOptions options) {
        return new Terms(
                options.label(),
                wish(options.readOnly(), options.consistency(), options.maxStaleness()),
                options.readOnly() ? Phase.READING : options.transactional() ? Phase.IN_TRANSACTION : Phase.AUTOCOMMIT,
                Optional.ofNullable(options.timeout()).orElse(config.callTimeout()),
                config.retry());
    }

    private Wish wish(boolean readOnly, ReadConsistency consistency, @Nullable Duration maxStaleness) {
        return new Wish(
                readOnly ? Intent.READ : Intent.WRITE,
                consistency,
                Optional.ofNullable(maxStaleness).orElse(config.monitoring().maxReplicaLag()));
    }
}
