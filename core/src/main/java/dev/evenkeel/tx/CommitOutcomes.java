package dev.evenkeel.tx;

import dev.evenkeel.event.CommitResolved;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.Opening;
import dev.evenkeel.node.ReplicationWarning;
import dev.evenkeel.node.Severity;
import dev.evenkeel.topology.NodeState;
import dev.evenkeel.topology.Topology;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlException;
import io.r2dbc.postgresql.api.PostgresqlResult;
import io.r2dbc.spi.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * Finds out what became of a COMMIT whose answer was lost. Thread-safe.
 *
 * <p>How this works: the transaction wrote a row with a token of its own; the resolver inserts the same token as a
 * tombstone. The primary key lets only one of the two be committed. If the resolver meets the transaction's row, the
 * transaction has committed, as a whole. If its own row is committed, the transaction has not and never can: its row would
 * violate the key. The resolver writes instead of reading for two reasons: absence alone would not keep a transaction that is
 * still running from committing later, and with synchronous replication its own acknowledged commit proves that the
 * transaction's, which is before it in the log, has reached the replicas, too.
 *
 * <p>An insert that meets the row of a transaction that is still running waits for it. If that takes too long, the session is
 * ended: its client is gone.
 *
 * <p>It asks the elected primary only, through a connection of its own: the pool may be what is in trouble.
 */
public final class CommitOutcomes {

    /** Only for this transaction: behind a pooler the session will be somebody else's. */
    private static final String BEGIN =
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = 300; SET LOCAL synchronous_commit = on; ";

    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration FIRST_WAIT = Duration.ofMillis(20);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final int SWEEP_ROWS = 10_000;
    private static final Duration SWEEP_BOUND = Duration.ofSeconds(30);
    private static final String SWEEP = "DELETE FROM evenkeel_commit WHERE token IN (SELECT token FROM evenkeel_commit"
            + " WHERE created < now() - interval '1 day' LIMIT " + SWEEP_ROWS + ")";

    private final Topology topology;
    private final Map<String, Opening> openings;
    private final CommitLedger ledger;
    private final DatabaseListener listener;
    private final Scheduler timer;
    private volatile boolean used;

    /** The {@code openings} are by {@code host:port}. */
    public CommitOutcomes(
            Topology topology,
            Map<String, Opening> openings,
            CommitLedger ledger,
            DatabaseListener listener,
            Scheduler timer) {
        this.topology = topology;
        this.ledger = ledger;
        this.listener = listener;
        this.openings = Map.copyOf(openings);
        this.timer = timer;
    }

    /** It is known now what became of a COMMIT on this lease. */
    void resolved(Lease lease, boolean committed) {
        listener.onCommitResolved(new CommitResolved(lease.node(), lease.requestId(), committed));
    }

    /** Emits whether the transaction has committed. Asks again until it knows; bounded by the caller's deadline. */
    Mono<Boolean> committed(Marker marker, @Nullable Session session) {
        return Mono.usingWhen(
                        connect(),
                        connection -> settle(connection, marker, session).timeout(ANSWER, timer),
                        connection -> connection.close().onErrorComplete())
                .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_WAIT)
                        .maxBackoff(LONGEST_WAIT)
                        .scheduler(timer));
    }

    private Mono<PostgresqlConnection> connect() {
        return Mono.defer(() -> topology.view()
                .electedPrimary()
                .map(NodeState::name)
                .map(openings::get)
                .map(Opening::open)
                .orElseGet(() -> Mono.error(new IOException("there is no primary to ask"))));
    }

    private static Mono<Boolean> settle(PostgresqlConnection connection, Marker marker, @Nullable Session session) {
        Mono<Boolean> decision = connection
                .createStatement(BEGIN + marker.settle() + "; COMMIT")
                .execute()
                .concatMap(result -> result.flatMap(CommitOutcomes::decision))
                .single();
        return decision.onErrorResume(
                CommitOutcomes::isBlocked,
                blocked -> session == null
                        ? Mono.error(blocked)
                        : execute(connection, "ROLLBACK; " + session.terminate())
                                .then(Mono.error(blocked)));
    }

    /** Its own COMMIT must have reached the replica, too: otherwise it proves nothing about the one in doubt. */
    private static Mono<Boolean> decision(Result.Segment segment) {
        if (ReplicationWarning.is(segment)) {
            return Mono.error(new IOException("the wait for the synchronous replica was given up"));
        }
        if (segment instanceof Result.RowSegment row) {
            return Mono.just("C".equals(row.row().get(0, String.class)));
        }
        return segment instanceof Result.Message message && Severity.isError(segment)
                ? Mono.error(message.exception())
                : Mono.empty();
    }

    /** The call leaves a marker: from now on old ones are swept away. */
    void used(String requestId, Marker marker) {
        used = true;
        ledger.marked(requestId, marker.token());
    }

    /** Whether there are markers to sweep at all. */
    public boolean isUsed() {
        return used;
    }

    /**
     * Deletes markers that are a day old, which no transaction can outlive; emits how many, at most {@value #SWEEP_ROWS}.
     */
    public Mono<Long> sweep() {
        return Mono.usingWhen(
                connect(),
                connection -> connection
                        .createStatement(SWEEP)
                        .execute()
                        .concatMap(PostgresqlResult::getRowsUpdated)
                        .single()
                        .timeout(SWEEP_BOUND, timer),
                connection -> connection.close().onErrorComplete());
    }

    private static Mono<Void> execute(PostgresqlConnection connection, String sql) {
        return connection
                .createStatement(sql)
                .execute()
                .concatMap(PostgresqlResult::getRowsUpdated)
                .then();
    }

    private static boolean isBlocked(Throwable error) {
        return error instanceof PostgresqlException refused
                && LOCK_NOT_AVAILABLE.equals(refused.getErrorDetails().getCode());
    }
}
