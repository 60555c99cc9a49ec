package dev.evenkeel.topology;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.node.Opening;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Readable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Asks one server who it is, through a connection of its own that no busy pool can hold up. One probe at a time; a
 * connection that does not answer in time is closed, and the next probe opens another.
 */
final class NodeProbe {

    /** The server's own timeline: of what it writes as a primary, of what it receives or has replayed as a replica. */
    private static final String ASK = """
            select pg_is_in_recovery() as replica,
                   current_setting('default_transaction_read_only')::boolean as read_only,
                   (select system_identifier from pg_control_system()) as system_id,
                   case when pg_is_in_recovery()
                        then coalesce((select received_tli from pg_stat_wal_receiver),
                                      (select timeline_id from pg_control_checkpoint()))::bigint
                        else ('x' || lpad(substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), 16, '0'))::bit(64)::bigint
                   end as timeline,
                   pg_wal_lsn_diff(case when pg_is_in_recovery()
                                        then coalesce(pg_last_wal_replay_lsn(), '0/0')
                                        else pg_current_wal_flush_lsn() end, '0/0')::bigint as lsn,
                   pg_wal_lsn_diff(case when pg_is_in_recovery()
                                        then coalesce(pg_last_wal_replay_lsn(), '0/0')
                                        else pg_current_wal_insert_lsn() end, '0/0')::bigint as written,
                   current_setting('wal_block_size')::bigint as page,
                   pg_size_bytes(current_setting('wal_segment_size')) as segment,
                   coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()), 0)::float8 as delay
            """;

    private final String name;
    private final Opening opening;
    private final Duration timeout;
    private final Scheduler timer;
    private final AtomicReference<@Nullable PostgresqlConnection> kept = new AtomicReference<>();
    private final AtomicReference<@Nullable Mono<NodeState>> underWay = new AtomicReference<>();
    private volatile NodeState last;
    private volatile boolean ended;

    NodeProbe(String name, Opening opening, Duration timeout, Scheduler timer) {
        this.name = name;
        this.opening = opening;
        this.timeout = timeout;
        this.timer = timer;
        this.last = NodeState.unknown(name);
    }

    NodeState last() {
        return last;
    }

    /**
     * Emits what the server says, or that and why it says nothing. Never an error. Whoever asks while a probe is under way
     * shares its answer. Opening a connection has the bound of every other connection; the question has its own.
     */
    Mono<NodeState> probe() {
        return Mono.defer(
                () -> ended ? Mono.just(last) : underWay.updateAndGet(current -> current != null ? current : begin()));
    }

    private Mono<NodeState> begin() {
        return connection()
                .flatMap(this::ask)
                .onErrorResume(problem -> close().thenReturn(last.silent(problem)))
                .doOnNext(state -> {
                    last = state;
                    underWay.set(null);
                })
                .cache();
    }

    /** The same for who cannot wait: emits a silent state when there is no answer within the bound of a question. */
    Mono<NodeState> probeSoon() {
        return probe().timeout(timeout, Mono.fromSupplier(() -> last.silent(silent())), timer);
    }

    private IOException silent() {
        return new IOException("no answer within " + timeout);
    }

    private Mono<PostgresqlConnection> connection() {
        return Mono.defer(() -> {
            PostgresqlConnection open = kept.get();
            return open != null ? Mono.just(open) : opening.open().flatMap(this::keep);
        });
    }

    private Mono<NodeState> ask(PostgresqlConnection connection) {
        long asked = System.nanoTime();
        return connection
                .createStatement(ASK)
                .execute()
                .flatMap(result -> result.map(row -> read(row, asked)))
                .single()
                .timeout(timeout, timer)
                .onErrorMap(TimeoutException.class, late -> silent());
    }

    private NodeState read(Readable row, long asked) {
        boolean replica = Boolean.TRUE.equals(row.get("replica", Boolean.class));
        Double delay = row.get("delay", Double.class);
        double delaySeconds = replica && delay != null ? Math.max(0, delay) : 0;
        return new NodeState(
                name,
                replica ? Role.REPLICA : Role.PRIMARY,
                Boolean.TRUE.equals(row.get("read_only", Boolean.class)),
                whole(row.get("system_id", Long.class)),
                whole(row.get("timeline", Long.class)),
                new Lsn(whole(row.get("lsn", Long.class))),
                Lsn.ofInsertPosition(
                        whole(row.get("written", Long.class)),
                        whole(row.get("page", Long.class)),
                        whole(row.get("segment", Long.class))),
                Duration.ofMillis((long) (delaySeconds * 1000)),
                asked,
                null);
    }

    private static long whole(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    private Mono<PostgresqlConnection> keep(PostgresqlConnection fresh) {
        kept.set(fresh);
        return ended ? close().then(Mono.error(new IOException("the manager is shut down"))) : Mono.just(fresh);
    }

    /** Closes the probe's connection, and any that is still being opened, for good. */
    Mono<Void> end() {
        return Mono.defer(() -> {
            ended = true;
            return close();
        });
    }

    /** Closes the probe's connection; the next probe would open another. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            PostgresqlConnection open = kept.getAndSet(null);
            return open == null
                    ? Mono.empty()
                    : open.close().timeout(timeout, timer).onErrorComplete();
        });
    }
}
