package dev.evenkeel.tx;

import dev.evenkeel.Lsn;
import dev.evenkeel.event.TopologyEvent.CommitsLost;
import dev.evenkeel.event.TopologyEvent.LostCommit;
import dev.evenkeel.event.TopologyEvent.PrimaryElected;
import dev.evenkeel.node.Opening;
import dev.evenkeel.topology.Topology;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * Finds the acknowledged writes that a new primary does not have. Replication that does not wait for replicas loses some in
 * a failover, and nobody else can tell which.
 *
 * <p>How this works: a promoted replica still knows how far it had replayed the old timeline. A write is safe if the old
 * primary was seen at a position that the replica has reached, after the write was acknowledged. Of the others, those that
 * left a marker are looked up; those without one may be lost.
 */
public final class LostCommits {

    private static final Logger log = LoggerFactory.getLogger(LostCommits.class);
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 5;
    private static final int NAMED = 10;

    /** Failovers that wait for their report. */
    private static final int QUEUE = 16;

    /** Null again after the promoted server has restarted: then nothing is known to be safe. */
    private static final String FORK = "select coalesce(pg_last_wal_replay_lsn(), '0/0')::text";

    private static final String MISSING = "select t.token from unnest($1::uuid[]) as t(token) where not exists"
            + " (select from evenkeel_commit c where c.token = t.token and c.state = 'C')";

    private final CommitLedger ledger;
    private final Topology topology;
    private final Map<String, Opening> openings;
    private final Scheduler timer;

    /** The {@code openings} are by {@code host:port}. */
    public LostCommits(CommitLedger ledger, Topology topology, Map<String, Opening> openings, Scheduler timer) {
        this.ledger = ledger;
        this.topology = topology;
        this.openings = Map.copyOf(openings);
        this.timer = timer;
    }

    /** A report for each failover that lost something. Never errors; ends with the topology. */
    public Flux<CommitsLost> reports() {
        return topology.events()
                .ofType(PrimaryElected.class)
                .filter(elected ->
                        elected.previous() != null && !elected.previous().equals(elected.node()))
                .onBackpressureBuffer(QUEUE)
                .concatMap(this::report);
    }

    private Mono<CommitsLost> report(PrimaryElected elected) {
        return Mono.usingWhen(
                        Objects.requireNonNull(openings.get(elected.node())).open(),
                        connection -> ask(connection, elected).timeout(BOUND, timer),
                        connection -> connection.close().onErrorComplete())
                .retryWhen(Retry.backoff(ATTEMPTS, Duration.ofMillis(100)).scheduler(timer))
                .doOnNext(LostCommits::tell)
                .onErrorResume(failure -> {
                    log.warn("Whether the failover to {} lost writes could not be found out", elected.node(), failure);
                    return Mono.empty();
                });
    }

    private Mono<CommitsLost> ask(PostgresqlConnection connection, PrimaryElected elected) {
        return connection
                .createStatement(FORK)
                .execute()
                .concatMap(result -> result.map(row -> Lsn.parse(String.valueOf(row.get(0, String.class)))))
                .single()
                .flatMap(fork -> {
                    long safe = topology.lastSeenBefore(
                            Objects.requireNonNull(elected.previous()), elected.timeline(), fork);
                    List<CommitLedger.Entry> doubtful = ledger.since(safe);
                    return missing(connection, doubtful).flatMap(missing -> verdict(elected, fork, doubtful, missing));
                });
    }

    private static Mono<Set<UUID>> missing(PostgresqlConnection connection, List<CommitLedger.Entry> doubtful) {
        UUID[] tokens = doubtful.stream()
                .map(CommitLedger.Entry::token)
                .filter(Objects::nonNull)
                .toArray(UUID[]::new);
        if (tokens.length == 0) {
            return Mono.just(Set.of());
        }
        return connection
                .createStatement(MISSING)
                .bind(0, tokens)
                .execute()
                .concatMap(result -> result.map(row -> Objects.requireNonNull(row.get(0, UUID.class))))
                .collect(Collectors.toSet());
    }

    private static Mono<CommitsLost> verdict(
            PrimaryElected elected, Lsn fork, List<CommitLedger.Entry> doubtful, Set<UUID> missing) {
        List<LostCommit> lost = doubtful.stream()
                .filter(entry -> entry.token() != null && missing.contains(entry.token()))
                .map(LostCommits::named)
                .toList();
        List<LostCommit> possibly = doubtful.stream()
                .filter(entry -> entry.token() == null)
                .map(LostCommits::named)
                .toList();
        return lost.isEmpty() && possibly.isEmpty()
                ? Mono.empty()
                : Mono.just(new CommitsLost(elected.node(), elected.timeline(), fork.toString(), lost, possibly));
    }

    private static LostCommit named(CommitLedger.Entry entry) {
        return new LostCommit(entry.requestId(), entry.label(), entry.at());
    }

    private static void tell(CommitsLost report) {
        if (report.lost().isEmpty()) {
            log.warn(
                    "The failover to {} may have lost {} writes, acknowledged shortly before it without a marker",
                    report.node(),
                    report.possiblyLost().size());
        } else {
            log.error(
                    "The failover to {} has lost {} acknowledged writes, and possibly {} without a marker; lost: {}",
                    report.node(),
                    report.lost().size(),
                    report.possiblyLost().size(),
                    report.lost().stream()
                            .limit(NAMED)
                            .map(LostCommit::requestId)
                            .toList());
        }
    }
}
