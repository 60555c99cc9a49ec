package dev.evenkeel.migrations.session;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.CredentialSource;
import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.migrations.MigrationConfig;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** Finds the server that takes writes now, and who logs in there. */
final class Primary {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private final ReactiveDatabaseManager database;
    private final MigrationConfig config;
    private final @Nullable String other;

    Primary(ReactiveDatabaseManager database, MigrationConfig config) {
        this(database, config, null);
    }

    private Primary(ReactiveDatabaseManager database, MigrationConfig config, @Nullable String other) {
        this.database = database;
        this.config = config;
        this.other = other;
    }

    /** The same server, but another of its databases. */
    Primary withDatabase(String name) {
        return new Primary(database, config, name);
    }

    /** Waits for one as long as a call would; then ends in a {@link NodeUnavailableException}. */
    Mono<PGSimpleDataSource> find() {
        return Mono.zip(node().retryWhen(patience()), login())
                .flatMap(found -> sockets(found.getT1())
                        .map(sockets -> DataSources.of(
                                database.config(), found.getT1(), found.getT2().orElse(null), sockets.orElse(null))))
                .doOnNext(source -> {
                    if (other != null) {
                        source.setDatabaseName(other);
                    }
                });
    }

    private Mono<Optional<SSLSocketFactory>> sockets(NodeConfig node) {
        return database.encryptedSockets(node).map(Optional::of).defaultIfEmpty(Optional.empty());
    }

    private Retry patience() {
        Duration look = database.config().monitoring().probeTimeout().plus(BETWEEN_LOOKS);
        long looks = database.config().pool().acquireTimeout().dividedBy(look);
        return Retry.fixedDelay(looks, BETWEEN_LOOKS)
                .filter(NodeUnavailableException.class::isInstance)
                .onRetryExhaustedThrow((spec, last) -> last.failure());
    }

    private Mono<NodeConfig> node() {
        return database.healthCheck()
                .map(snapshot -> snapshot.nodes().stream()
                        .filter(node -> node.role() == Role.PRIMARY && node.state() == State.UP)
                        .flatMap(node -> database.config().nodes().stream()
                                .filter(known -> known.name().equals(node.name())))
                        .findFirst()
                        .orElseThrow(() -> new NodeUnavailableException(Failure.of(
                                        "NO_PRIMARY",
                                        ErrorType.CONNECTION,
                                        "No primary to migrate: "
                                                + snapshot.checks()
                                                        .connectivity()
                                                        .reason(),
                                        "start the migration again once there is one")
                                .retryable(true))));
    }

    /** A source may block; empty when the URL says who logs in. */
    private Mono<Optional<Credentials>> login() {
        CredentialSource own = config.credentials();
        CredentialSource source = own == null ? database.config().credentials() : own;
        return source == null
                ? Mono.just(Optional.empty())
                : Mono.defer(source::current)
                        .subscribeOn(Schedulers.boundedElastic())
                        .timeout(database.config().pool().connectTimeout())
                        .map(Optional::of);
    }
}
