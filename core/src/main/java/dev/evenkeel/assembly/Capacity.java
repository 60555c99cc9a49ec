package dev.evenkeel.assembly;

import dev.evenkeel.node.Opening;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Compares, once at the start, what a pool may open with what its server takes, while others are connected, too. It only warns:
 * behind a pooler the server's limit is not the one that counts, and others may go away.
 */
final class Capacity {

    private static final Logger log = LoggerFactory.getLogger(Capacity.class);
    private static final Duration BOUND = Duration.ofSeconds(2);

    /** The probe, and now and then a connection that settles a COMMIT. */
    private static final int BESIDE_THE_POOL = 2;

    private static final String ASK = """
            select least(current_setting('max_connections')::int
                           - current_setting('superuser_reserved_connections')::int
                           - coalesce(current_setting('reserved_connections', true)::int, 0),
                         (select nullif(rolconnlimit, -1) from pg_roles where rolname = current_user and not rolsuper),
                         (select nullif(datconnlimit, -1) from pg_database where datname = current_database())) as places,
                   (select count(*)::int from pg_stat_activity
                     where datid is not null and usesysid is not null
                       and application_name <> current_setting('application_name')) as others
            """;

    private record Found(int places, int others) {

        static Found read(Readable row) {
            return new Found(whole(row.get("places", Integer.class)), whole(row.get("others", Integer.class)));
        }

        private static int whole(@Nullable Integer value) {
            return value == null ? 0 : value;
        }
    }

    private Capacity() {}

    /** Through a connection of its own, so that the pool stays as it is. Never an error: who may not know starts all the same. */
    static Mono<Void> check(String node, Opening opening, int poolSize, int lanes, Scheduler timer) {
        return Mono.usingWhen(
                        opening.open(),
                        Capacity::ask,
                        connection -> connection.close().onErrorComplete())
                .timeout(BOUND, timer)
                .doOnNext(found -> warn(node, poolSize, lanes + BESIDE_THE_POOL, found))
                .onErrorComplete()
                .then();
    }

    private static Mono<Found> ask(PostgresqlConnection connection) {
        return connection
                .createStatement(ASK)
                .execute()
                .concatMap(result -> result.map(Found::read))
                .single();
    }

    private static void warn(String node, int poolSize, int beside, Found found) {
        int wanted = poolSize + beside;
        if (wanted > found.places()) {
            log.warn(
                    "This application may open {} connections to {}, which takes {}: set pool.maxSize to {} at most,"
                            + " divided by the number of instances, lower pool.lanes, or raise max_connections",
                    wanted,
                    node,
                    found.places(),
                    Math.max(1, found.places() - beside));
        } else if (wanted + found.others() > found.places()) {
            log.warn(
                    "This application may open {} connections to {}, which takes {}, and others hold {} of them:"
                            + " lower pool.maxSize or pool.lanes, or raise max_connections",
                    wanted,
                    node,
                    found.places(),
                    found.others());
        }
    }
}
