package dev.evenkeel.monitoring;

import static dev.evenkeel.monitoring.Managers.PATIENCE;
import static dev.evenkeel.monitoring.Managers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.monitoring.meter.DatabaseMeter;
import dev.evenkeel.monitoring.meter.DatabaseMeters;
import dev.evenkeel.monitoring.meter.DatabaseObservations;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@WithPostgres(replicas = 1, isolated = true)
class DatabaseMetersIT {

    private final PostgresCluster cluster;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private ReactiveDatabaseManager db;
    private Disposable meters;

    DatabaseMetersIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Managers.start(cluster);
        meters = DatabaseMeters.bind(db, registry);
    }

    @AfterEach
    void stop() {
        meters.dispose();
        db.shutdown().block(PATIENCE);
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }

    @Test
    void callsStatementsErrorsAndCommitsAreCountedUnderTheirNames() {
        String primary = Managers.name(cluster.primary());
        db.query("select count(*) from pg_class where oid = $1", 1)
                .one(row -> 1)
                .block(PATIENCE);
        db.inTransaction(connection -> db.query("select 1").on(connection).one(row -> 1))
                .block(PATIENCE);
        db.query("select 1 / $1::int", 0)
                .one(row -> 1)
                .onErrorResume(DatabaseException.class, failed -> Mono.empty())
                .block(PATIENCE);
        db.inTransaction(connection -> Mono.error(new IllegalStateException("no")))
                .onErrorComplete()
                .block(PATIENCE);

        assertThat(registry.get("db.client.operation.duration")
                        .tags(
                                "db.query.summary",
                                "select pg_class",
                                "db.system.name",
                                "postgresql",
                                "error.type",
                                "none")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("db.client.operation.duration")
                        .tags("db.response.status_code", "22012")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(counter("evenkeel.failures", "code", "22012")).isEqualTo(1);
        assertThat(counter("evenkeel.commits", "outcome", "committed")).isEqualTo(1);
        assertThat(counter("evenkeel.commits", "outcome", "rolled_back")).isEqualTo(1);
        assertThat(registry.get("evenkeel.calls")
                        .tags("node", primary, "intent", "write", "outcome", "succeeded")
                        .timer()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("evenkeel.connection.creation")
                        .tags("node", primary)
                        .timer()
                        .count())
                .isPositive();
        assertThat(registry.get("r2dbc.pool.allocated")
                        .tags("name", primary)
                        .gauge()
                        .value())
                .isPositive();
        await(
                "two shared connections",
                () -> registry.get("evenkeel.lanes.open")
                                .tags("node", primary)
                                .gauge()
                                .value()
                        == 2);
        assertThat(registry.get("evenkeel.lanes.queries")
                        .tags("node", primary)
                        .gauge()
                        .value())
                .isZero();
        assertThat(registry.get("evenkeel.lease.held")
                        .tags("node", primary)
                        .timer()
                        .count())
                .isEqualTo(4);
        await(
                "a snapshot",
                () -> registry.get("evenkeel.node.primary")
                                .tags("node", primary)
                                .gauge()
                                .value()
                        == 1);
    }

    @Test
    void aFailoverIsTimed() {
        PostgresNode replica = cluster.replicas().get(0);
        PostgresNode old = cluster.primary();
        cluster.kill(old);
        cluster.promote(replica);
        await("the failover", () -> registry.get("evenkeel.failover").timer().count() == 1);
        await(
                "its gauges",
                () -> registry.get("evenkeel.node.primary")
                                        .tags("node", Managers.name(replica))
                                        .gauge()
                                        .value()
                                == 1
                        && registry.get("evenkeel.node.up")
                                        .tags("node", Managers.name(old))
                                        .gauge()
                                        .value()
                                == 0);
        cluster.reclone(old);
    }

    @Test
    void whateverTheStatementsAreTheSeriesAreBounded() {
        Flux.range(0, 1_500)
                .flatMap(i -> db.query("select 1 from (select 1) as t%d, pg_class as c%d limit 0".formatted(i, i))
                        .rowsUpdated()
                        .then(db.query("table no_table_%d".formatted(i))
                                .rowsUpdated()
                                .onErrorComplete()))
                .blockLast(PATIENCE);

        assertThat(registry.find("db.client.operation.duration").timers().size())
                .isLessThanOrEqualTo(501);
        assertThat(registry.get("db.client.operation.duration")
                        .tags("db.query.summary", "other")
                        .timer()
                        .count())
                .isPositive();
    }

    @Test
    void everyMeterIsInTheEnumWithItsTagsAndInTheDocumentation() throws IOException {
        db.query("select 1").one(row -> 1).block(PATIENCE);
        Set<String> documented = Stream.of(DatabaseMeter.values())
                .map(meter -> meter.meter() + meter.tags().stream().sorted().toList())
                .collect(Collectors.toSet());
        assertThat(registry.getMeters().stream()
                        .filter(meter -> !meter.getId().getName().endsWith(".histogram"))
                        .map(DatabaseMetersIT::name)
                        .collect(Collectors.toSet()))
                .isEqualTo(documented);

        List<String> page = Files.readAllLines(Path.of("..", "docs", "metrics.md"));
        for (DatabaseMeter meter : DatabaseMeter.values()) {
            assertThat(page)
                    .contains("| `%s` | %s | %s | %s |"
                            .formatted(
                                    meter.meter(),
                                    meter.kind().name().toLowerCase(java.util.Locale.ROOT),
                                    meter.tags().isEmpty()
                                            ? ""
                                            : meter.tags().stream().collect(Collectors.joining("`, `", "`", "`")),
                                    meter.description()));
        }
    }

    private static String name(Meter meter) {
        return meter.getId().getName()
                + meter.getId().getTags().stream()
                        .map(Tag::getKey)
                        .filter(key -> !key.equals("le"))
                        .sorted()
                        .toList();
    }

    @Test
    void nothingIsLeftInTheRegistryAfterwards() {
        meters.dispose();
        db.query("select 1").one(row -> 1).block(PATIENCE);

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void aStatementIsAnObservationUnderTheOneOfItsCaller() {
        List<Observation.Context> seen = new CopyOnWriteArrayList<>();
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public void onStop(Observation.Context context) {
                seen.add(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        Disposable observing = DatabaseObservations.bind(db, observations);
        Observation request = Observation.start("request", observations);
        db.query("select relname from pg_class where relname = 'top secret' and oid = $1", 1)
                .map(row -> 1)
                .contextWrite(context -> context.put("micrometer.observation", request))
                .blockLast(PATIENCE);
        db.query("select 1 / $1::int", 0).one(row -> 1).onErrorComplete().block(PATIENCE);
        observing.dispose();

        await("both", () -> seen.size() == 2);
        Observation.Context first = seen.get(0);
        assertThat(first.getContextualName()).isEqualTo("select pg_class");
        assertThat(Objects.requireNonNull(first.getParentObservation())
                        .getContextView()
                        .getName())
                .isEqualTo("request");
        assertThat(Objects.requireNonNull(first.getHighCardinalityKeyValue("db.query.text"))
                        .getValue())
                .contains("relname = ?")
                .doesNotContain("secret");
        assertThat(Objects.requireNonNull(seen.get(1).getLowCardinalityKeyValue("error.type"))
                        .getValue())
                .isEqualTo("22012");
        assertThat(seen.get(1).getError()).hasMessage("SQLSTATE 22012");
    }
}
