package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationEvent.LockRefused;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@WithPostgres(isolated = true)
class LockPatienceIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;
    private ReactiveDatabaseManager readers;

    LockPatienceIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
        readers =
                Schemas.start(Schemas.config(cluster).applicationName("report").build());
        cluster.primary().execute("create table item (id int primary key); insert into item values (1)");
        Schemas.write(root.resolve("migration"), "V1__price.sql", "alter table item add price int;");
    }

    @AfterEach
    void stop() {
        db.shutdown().block(Schemas.PATIENCE);
        readers.shutdown().block(Schemas.PATIENCE);
    }

    /** A transaction that has read the table and stays open until it is told to end. */
    private Disposable reader(Sinks.Empty<Void> begun, Mono<?> until) {
        return readers.inTransaction(
                        TransactionOptions.builder().timeout(Schemas.PATIENCE).build(),
                        connection -> readers.query("select count(*) from item")
                                .on(connection)
                                .one(row -> 1)
                                .doOnNext(counted -> begun.tryEmitEmpty())
                                .then(until)
                                .then())
                .subscribe();
    }

    private MigrationManager migrations(Duration budget) {
        return Schemas.migrations(
                db, root, config -> config.baselineVersion("0").lockBudget(budget));
    }

    @Test
    void letsTheOthersReadWhileItWaitsForALongReader() {
        Duration reading = Duration.ofMillis(Long.getLong("evenkeel.test.reader", 1_500));
        Sinks.Empty<Void> begun = Sinks.empty();
        Disposable reader = reader(begun, Mono.delay(reading));
        begun.asMono().block(Schemas.PATIENCE);
        AtomicLong longest = new AtomicLong();
        AtomicLong reads = new AtomicLong();
        Disposable others = Mono.defer(() -> {
                    long now = System.nanoTime();
                    return readers.query("select count(*) from item")
                            .one(row -> 1)
                            .doOnNext(read -> longest.accumulateAndGet(System.nanoTime() - now, Math::max))
                            .doOnNext(read -> reads.incrementAndGet());
                })
                .delayElement(Duration.ofMillis(5))
                .repeat()
                .subscribe();

        List<MigrationEvent> events = Schemas.migrate(migrations(Duration.ofMinutes(1)));

        others.dispose();
        reader.dispose();
        List<MigrationEvent> refused =
                events.stream().filter(LockRefused.class::isInstance).toList();
        figures.info(
                "an ALTER TABLE behind a reader of {} ms: {} attempts, others' longest read {} ms of {}",
                reading.toMillis(),
                refused.size() + 1,
                Duration.ofNanos(longest.get()).toMillis(),
                reads);
        assertThat(refused)
                .isNotEmpty()
                .anySatisfy(event -> assertThat(((LockRefused) event).blockers())
                        .anySatisfy(blocker -> {
                            assertThat(blocker.application()).isEqualTo("report");
                            assertThat(blocker.state()).isEqualTo("idle in transaction");
                        }));
        assertThat(events.get(events.size() - 1)).isInstanceOf(SchemaChanged.class);
        assertThat(reads.get()).isPositive();
    }

    @Test
    void givesUpWithTheLockTimeoutWhenItsBudgetIsUsedUp() {
        Sinks.Empty<Void> begun = Sinks.empty();
        Sinks.Empty<Void> end = Sinks.empty();
        Disposable reader = reader(begun, end.asMono());
        begun.asMono().block(Schemas.PATIENCE);

        assertThatThrownBy(() -> Schemas.migrate(migrations(Duration.ofMillis(200))))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("55P03");
                    assertThat(error.suggestions()).isNotEmpty();
                });

        end.tryEmitEmpty();
        Schemas.await("the reader's end", reader::isDisposed);
        assertThat(Objects.requireNonNull(db.withConnection(
                                ConnectionOptions.write(),
                                connection -> db.query("select count(*) from flyway_schema_history where version = '1'")
                                        .on(connection)
                                        .one(row -> row.get(0, Long.class)))
                        .block(Schemas.PATIENCE)))
                .isZero();
    }
}
