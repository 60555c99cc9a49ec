package dev.evenkeel.topology;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.Lsn;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What a probe asks. A line of 1 kB/s must not make a server look dead, so the question is a few bytes: it has a parameter,
 * without which the driver would not prepare it but send all of it each time, and one column, because the description of nine
 * would be longer than their values.
 */
final class ProbeQuestion {

    /**
     * The server's own timeline: of what it writes as a primary, of what it receives or has replayed as a replica. Only who
     * may read statistics is told of what is received. Without that, the last checkpoint may be of an earlier timeline than
     * what was replayed since, also on a primary that crashed soon after its promotion and is a replica now; the end of what
     * must be replayed is not.
     *
     * <p>A replica that has replayed no transaction since it was started is at least where the checkpoint was that it started from.
     */
    private static final String ASK = """
            select concat_ws(' ',
                   pg_is_in_recovery(),
                   current_setting('default_transaction_read_only')::boolean,
                   (select system_identifier from pg_control_system()),
                   case when pg_is_in_recovery()
                        then coalesce((select received_tli from pg_stat_wal_receiver),
                                      greatest((select timeline_id from pg_control_checkpoint()),
                                               (select min_recovery_end_timeline from pg_control_recovery())))::bigint
                        else ('x' || lpad(substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), 16, '0'))::bit(64)::bigint
                   end,
                   (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
                   pg_wal_lsn_diff(case when pg_is_in_recovery()
                                        then coalesce(pg_last_wal_replay_lsn(), '0/0')
                                        else pg_current_wal_flush_lsn() end, '0/0')::bigint,
                   pg_wal_lsn_diff(case when pg_is_in_recovery()
                                        then coalesce(pg_last_wal_replay_lsn(), '0/0')
                                        else pg_current_wal_insert_lsn() end, '0/0')::bigint,
                   current_setting('wal_block_size')::bigint,
                   pg_size_bytes(current_setting('wal_segment_size')),
                   case when pg_is_in_recovery()
                        then extract(epoch from clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(),
                                (select checkpoint_time from pg_control_checkpoint()))) * 1000
                        else 0 end::bigint,
                   coalesce(host(inet_server_addr()) || ':' || inet_server_port(), '-'),
                   coalesce(case when pg_is_in_recovery() and pg_has_role('pg_read_all_settings', 'usage')
                        then substring(current_setting('primary_conninfo') from '(?:^|\\s)host\\s*=\\s*''?([^\\s'',]+)') || ':'
                             || coalesce(substring(current_setting('primary_conninfo')
                                                   from '(?:^|\\s)port\\s*=\\s*''?([0-9]+)'), '5432')
                        end, '-'))
            where $1
            """;

    private ProbeQuestion() {}

    static Mono<NodeState> ask(String name, PostgresqlConnection connection) {
        return Mono.defer(() -> {
            long asked = System.nanoTime();
            return connection
                    .createStatement(ASK)
                    .bind(0, true)
                    .execute()
                    .flatMap(result -> result.map(row -> row.get(0, String.class)))
                    .single()
                    .map(answer -> read(name, answer.split(" "), asked));
        });
    }

    private static NodeState read(String name, String[] answer, long asked) {
        boolean replica = answer[0].equals("t");
        long delayMillis = Long.parseLong(answer[9]);
        return new NodeState(
                name,
                known(answer[10]),
                replica ? Role.REPLICA : Role.PRIMARY,
                answer[1].equals("t"),
                Long.parseLong(answer[2]),
                Long.parseLong(answer[3]),
                Long.parseLong(answer[4]),
                new Lsn(Long.parseLong(answer[5])),
                Lsn.ofInsertPosition(Long.parseLong(answer[6]), Long.parseLong(answer[7]), Long.parseLong(answer[8])),
                known(answer[11]),
                Duration.ofMillis(replica ? Math.max(0, delayMillis) : 0),
                asked,
                null);
    }

    private static @Nullable String known(String text) {
        return text.equals("-") ? null : text;
    }
}
