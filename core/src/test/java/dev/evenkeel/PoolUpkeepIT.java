package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.event.ConnectionClosed;
import dev.evenkeel.event.ConnectionClosed.Reason;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.lang.management.ManagementFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

@WithPostgres
class PoolUpkeepIT {

    private static final int SIZE = 4;

    private final PostgresCluster cluster;
    private final Queue<ConnectionClosed> closed = new ConcurrentLinkedQueue<>();
    private ReactiveDatabaseManager db;

    PoolUpkeepIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder()
                                .minSize(SIZE)
                                .maxSize(SIZE)
                                .lanes(0)
                                .build())
                        .listener(new DatabaseListener() {
                            @Override
                            public void onConnectionClosed(ConnectionClosed event) {
                                closed.add(event);
                            }
                        }));
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private static long instancesOf(String type) throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {null},
                        new String[] {String[].class.getName()});
        return histogram
                .lines()
                .map(line -> line.trim().split("\\s+"))
                .filter(line -> line.length > 3 && line[3].equals(type))
                .mapToLong(line -> Long.parseLong(line[1]))
                .sum();
    }

    /**
     * The driver makes a resolver for each connection, and the event loops kept all of them; Reactor Netty keeps for ever what it was
     * given to open a connection on. One or three kilobytes for each attempt.
     */
    @ParameterizedTest
    @ValueSource(strings = {"io.netty.resolver.dns.DnsNameResolver", "dev.evenkeel.node.AttemptSockets"})
    void whatConnectionsWereOpenedWithDoesNotPileUpRegression(String type) throws JMException {
        long before = instancesOf(type);
        for (int i = 0; i < 20; i++) {
            db.rotateConnections().block(PATIENCE);
            Flux.range(0, SIZE)
                    .flatMap(one -> db.query("select pg_sleep(0.01)").rowsUpdated(), SIZE)
                    .blockLast(PATIENCE);
        }

        await("no more than before, or a few", () -> instancesNow(type) < before + 2 * SIZE);
    }

    private static long instancesNow(String type) {
        try {
            return instancesOf(type);
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Not the probe's, which can be told by its question once it has asked it. */
    private String terminateAll() {
        String pooled =
                " from pg_stat_activity where application_name = 'evenkeel' and query not like '%pg_is_in_recovery%'";
        await(
                "the probe has asked",
                () -> cluster.primary().queryOne("select count(*)" + pooled).equals(String.valueOf(SIZE)));
        return cluster.primary().queryOne("select count(pg_terminate_backend(pid))" + pooled);
    }

    @Test
    @Tag(Databases.OWN_SESSIONS)
    void rotationReplacesEveryConnectionWhileCallsGoOn() {
        Flux<Integer> pids =
                db.query("select pg_backend_pid() from pg_sleep(0.01)").map(row -> row.get(0, Integer.class));
        var before = Flux.range(0, 20)
                .flatMap(i -> pids, SIZE)
                .collect(Collectors.toSet())
                .block(PATIENCE);
        AtomicInteger failures = new AtomicInteger();

        Flux.range(0, 200)
                .flatMap(i -> i == 100 ? db.rotateConnections().thenMany(Flux.<Integer>empty()) : pids, SIZE)
                .doOnError(error -> failures.incrementAndGet())
                .blockLast(PATIENCE);

        var after = Flux.range(0, 20)
                .flatMap(i -> pids, SIZE)
                .collect(Collectors.toSet())
                .block(PATIENCE);
        assertThat(failures).hasValue(0);
        assertThat(after).doesNotContainAnyElementsOf(before);
    }

    @Test
    void validationCountsWhatAnswers() {
        PoolValidation found = db.validatePool().block(PATIENCE);

        assertThat(found.allGood()).isTrue();
        assertThat(found.nodes().values())
                .allSatisfy(node -> assertThat(node.good()).isEqualTo(SIZE));
    }

    @Test
    @Tag(Databases.OWN_SESSIONS)
    void noCallMeetsAConnectionThatTheServerHasClosed() {
        assertThat(terminateAll()).isEqualTo(String.valueOf(SIZE));
        await(
                "the driver has noticed",
                () -> db.metrics().pools().values().iterator().next().idle() == 0);

        assertThat(Flux.range(0, 20)
                        .flatMap(i -> db.query("select 1").one(row -> row.get(0)))
                        .count()
                        .block(PATIENCE))
                .isEqualTo(20);
    }

    @Test
    void connectionsThatAreLostAreReplacedBeforeSomebodyNeedsThem() {
        assertThat(terminateAll()).isEqualTo(String.valueOf(SIZE));

        await("the pool is warm again", () -> {
            DatabaseMetrics now = db.metrics();
            return now.pools().values().iterator().next().idle() == SIZE
                    && now.history().values().iterator().next().opened() == 2 * SIZE;
        });
        assertThat(db.metrics().history().values())
                .allMatch(pool -> pool.opened() == 2 * SIZE && pool.closed() == SIZE);
        assertThat(closed)
                .hasSize(SIZE)
                .allMatch(one -> one.reason() == Reason.LOST)
                .allMatch(one -> db.metrics().history().containsKey(one.node()));
    }
}
