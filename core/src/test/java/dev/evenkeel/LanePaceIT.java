package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Which queries share a connection, by how long they take the server. The defaults, and a pool of 6. */
@WithPostgres(isolated = true)
class LanePaceIT {

    private static final int CALLERS = 12;
    private static final int CALLS = 600;

    private final PostgresCluster cluster;
    private FaultProxy proxy;
    private ReactiveDatabaseManager db;

    LanePaceIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary()
                .execute(
                        "create or replace function served(millis float) returns int language plpgsql as"
                                + " $$ begin if millis > 0 then perform pg_sleep(millis / 1000); end if; return pg_backend_pid(); end $$");
        proxy = FaultProxy.to(cluster.primary().host(), cluster.primary().port());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
        proxy.close();
    }

    private void connect() {
        db = Databases.start(
                cluster,
                config -> config.primary("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port()))
                        .pool(PoolConfig.builder().minSize(6).maxSize(6).build()));
    }

    /** How much of the later half of the calls the two busiest sessions on the server have served. */
    private double shareOfTwo(double millis) {
        Map<Integer, Long> served = Flux.range(0, CALLS)
                .flatMap(
                        call -> db.query("select served($1)", millis).readOnly().one(row -> row.get(0, Integer.class)),
                        CALLERS)
                .skip(CALLS / 2)
                .collect(Collectors.groupingBy(session -> session, Collectors.counting()))
                .block(PATIENCE);
        long two = served.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(2)
                .mapToLong(Long::longValue)
                .sum();
        return 2.0 * two / CALLS;
    }

    @Test
    void quickOnesShareTwoConnectionsByDefault() {
        connect();

        await("two connections serve most", () -> shareOfTwo(0) > 0.8);
    }

    @Test
    void quickOnesShareHoweverLongTheWayIs() {
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(60));
        connect();

        await("two connections serve most", () -> shareOfTwo(0) > 0.8);
    }

    /** Behind one another on two connections they would take three times as long as on those that are free. */
    @Test
    void thoseThatTakeTheServerLongGoSideBySide() {
        connect();

        assertThat(shareOfTwo(4)).isLessThan(0.6);
    }
}
