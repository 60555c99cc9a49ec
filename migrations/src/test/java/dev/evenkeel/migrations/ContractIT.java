package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.ManagerClosedException;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationEvent.InstancesAwaited;
import dev.evenkeel.migrations.MigrationEvent.LockAwaited;
import dev.evenkeel.migrations.MigrationEvent.MigrationApplied;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.MigrationEvent.SchemaFound;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/** Two releases of one application: the old one knows migration 1, the new one 2 as well, and what completes it. */
@WithPostgres(isolated = true)
class ContractIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final PostgresCluster cluster;
    private final List<Joined> joined = new ArrayList<>();

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;
    private MigrationManager oldRelease;
    private MigrationManager newRelease;

    ContractIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
        for (String release : List.of("old", "new")) {
            script(release, "migration", "V1__item.sql", "create table item (id int primary key, name text);");
        }
        script("new", "migration", "V2__title.sql", "alter table item add title text;");
        script("new", "contract", "V2__drop_name.sql", "alter table item drop column name;");
        oldRelease = release("old", config -> config);
        newRelease = release("new", config -> config);
        Schemas.migrate(oldRelease);
        Schemas.migrate(newRelease);
    }

    @AfterEach
    void stop() {
        joined.forEach(Joined::close);
        Schemas.await("the end of all sessions", () -> sessions() == 0);
        db.shutdown().block(Schemas.PATIENCE);
    }

    private MigrationManager release(String release, UnaryOperator<MigrationConfig.Builder> changes) {
        return Schemas.migrations(db, root.resolve(release), config -> changes.apply(config.fenceGrace(GRACE)));
    }

    private void script(String release, String folder, String name, String sql) {
        Schemas.write(root.resolve(release).resolve(folder), name, sql);
    }

    private Joined join(MigrationManager instance) {
        Joined one = Joined.of(instance);
        joined.add(one);
        return one;
    }

    private Joined tryToJoin(MigrationManager instance) {
        Joined one = Joined.attempt(instance);
        joined.add(one);
        return one;
    }

    private static List<MigrationEvent> contract(MigrationManager instance) {
        return Objects.requireNonNull(instance.contract().collectList().block(Schemas.PATIENCE));
    }

    private String one(String query) {
        return cluster.primary().queryOne(query);
    }

    private boolean hasName() {
        return one("select count(*) from information_schema.columns where table_schema = 'public' and column_name = 'name'"
                        + " and table_name = 'item'")
                .equals("1");
    }

    private int rows() {
        return Integer.parseInt(one("select count(*) from evenkeel_instance"));
    }

    private int sessions() {
        return Integer.parseInt(one("select count(*) from pg_stat_activity where application_name like '%:migrate'"));
    }

    /** A contract run that goes on beside the test. */
    private static final class Running {

        private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private volatile boolean completed;

        Running(MigrationManager instance) {
            instance.contract().subscribe(events::add, failure::set, () -> completed = true);
        }

        long awaited() {
            return events.stream().filter(InstancesAwaited.class::isInstance).count();
        }

        void awaitWaiting(long words) {
            Schemas.await("word of waiting, have " + events, () -> awaited() >= words || failure.get() != null);
            assertThat(failure.get()).isNull();
        }

        void awaitEnd() {
            Schemas.await("end of the contract run, have " + events, () -> completed || failure.get() != null);
            assertThat(failure.get()).isNull();
        }
    }

    @Test
    void aContractScriptWaitsUntilTheLastOldInstanceHasLeft() {
        Joined old = join(oldRelease);
        join(newRelease);
        Running running = new Running(newRelease);
        running.awaitWaiting(1);
        assertThat(running.events)
                .filteredOn(InstancesAwaited.class::isInstance)
                .first(InstanceOfAssertFactories.type(InstancesAwaited.class))
                .satisfies(waiting -> {
                    assertThat(waiting.script()).isEqualTo("V2__drop_name.sql");
                    assertThat(waiting.instances()).containsExactly(old.membership());
                });
        script("new", "migration", "V3__price.sql", "alter table item add price int;");
        assertThat(Schemas.migrate(newRelease)).noneMatch(LockAwaited.class::isInstance);
        assertThat(hasName()).isTrue();

        old.close();
        running.awaitEnd();

        assertThat(hasName()).isFalse();
        assertThat(running.events)
                .last()
                .isInstanceOfSatisfying(
                        SchemaChanged.class, done -> assertThat(done.version()).isEqualTo("2"));
        assertThat(one("select version from evenkeel_instance")).isEqualTo("2");
        assertThat(contract(newRelease)).containsExactly(new SchemaFound("2", List.of()));
    }

    @Test
    void nothingIsLeftOfInstancesThatHaveLeft() {
        List<Joined> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(tryToJoin(newRelease));
        }
        all.forEach(each -> each.await(1));
        assertThat(rows()).isEqualTo(8);
        assertThat(sessions()).isEqualTo(8);

        all.forEach(Joined::close);

        Schemas.await("no row and no session", () -> rows() == 0 && sessions() == 0);
        assertThat(one("select count(*) from pg_locks where locktype = 'advisory'"))
                .isEqualTo("0");
    }

    @Test
    void anInstanceWhoseSessionWasKilledComesBackAndIsStillWaitedFor() {
        Joined old = join(oldRelease);
        Running running = new Running(newRelease);
        running.awaitWaiting(1);
        long begun = System.nanoTime();

        one("select pg_terminate_backend(pid) from evenkeel_instance");
        old.await(2);
        figures.info(
                "joined again {} ms after the session was killed",
                Duration.ofNanos(System.nanoTime() - begun).toMillis());
        running.awaitWaiting(running.awaited() + 2);

        assertThat(old.memberships())
                .extracting(Membership::id)
                .containsOnly(old.membership().id());
        assertThat(rows()).isEqualTo(1);
        assertThat(hasName()).isTrue();
        old.close();
        running.awaitEnd();
        assertThat(hasName()).isFalse();
    }

    @Test
    void anInstanceThatCrashedIsGoneAfterTheGrace() throws Exception {
        Process crashing = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Crashing.class.getName(),
                        cluster.url(cluster.primary()),
                        root.resolve("old").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = crashing.inputReader();
        String line = output.readLine();
        while (line != null && !line.equals(Crashing.READY)) {
            line = output.readLine();
        }
        assertThat(line).as("word of the other process").isNotNull();
        crashing.destroyForcibly().waitFor();
        assertThat(rows()).isEqualTo(1);
        long begun = System.nanoTime();

        List<MigrationEvent> events = contract(newRelease);

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(GRACE);
        assertThat(events).hasAtLeastOneElementOfType(InstancesAwaited.class);
        assertThat(hasName()).isFalse();
        assertThat(rows()).isZero();
    }

    /** Joins and waits for its end. */
    static final class Crashing {

        static final String READY = "READY";

        private Crashing() {}

        public static void main(String[] arguments) {
            ReactiveDatabaseManager db = Schemas.start(dev.evenkeel.DatabaseConfig.builder()
                    .primary(arguments[0])
                    .applicationName("shop")
                    .build());
            Schemas.migrations(db, Path.of(arguments[1]))
                    .join()
                    .doOnNext(joined -> System.out.println(READY))
                    .blockLast();
        }
    }

    @Test
    void anInstanceThatIsNewEnoughIsNotWaitedFor() {
        join(newRelease);

        assertThat(contract(newRelease))
                .noneMatch(InstancesAwaited.class::isInstance)
                .last()
                .isInstanceOf(SchemaChanged.class);

        assertThat(hasName()).isFalse();
    }

    @Test
    void whileAContractScriptRunsNewInstancesJoinAndOldOnesWaitToBeRefused() {
        script("new", "contract", "V2__drop_name.sql", "alter table item drop column name; select pg_sleep(1.5);");
        Running running = new Running(newRelease);
        Schemas.await(
                "the script to run",
                () ->
                        one("select count(*) from pg_stat_activity where query like '%pg_sleep(1.5)%' and state = 'active'"
                                        + " and pid <> pg_backend_pid()")
                                .equals("1"));

        Joined late = tryToJoin(oldRelease);
        join(newRelease);

        assertThat(running.completed)
                .as("the new instance has joined meanwhile")
                .isFalse();
        assertThat(late.memberships()).isEmpty();
        assertThat(late.failure()).isNull();
        running.awaitEnd();
        Schemas.await("the refusal", () -> late.failure() != null);
        assertThat(late.failure())
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        refused -> assertThat(refused.code()).isEqualTo("SCHEMA_CONTRACTED"));
        assertThat(late.memberships()).isEmpty();
        Schemas.await("its row to go", () -> rows() == 1);
    }

    @Test
    void afterItOldInstancesNeitherJoinNorMigrateAndItsVersionIsNotTakenBack() {
        script("new", "rollback", "U2__title.sql", "alter table item drop column title;");
        contract(newRelease);

        assertThatThrownBy(() -> oldRelease.join().blockFirst(Schemas.PATIENCE))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("knows the migrations up to version 1")
                .hasMessageContaining("removed by the contract script of version 2");
        assertThatThrownBy(() -> Schemas.migrate(oldRelease))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        refused -> assertThat(refused.code()).isEqualTo("SCHEMA_CONTRACTED"));
        assertThatThrownBy(() -> Schemas.rollback(newRelease, "2"))
                .hasMessageContaining("Version 2 cannot be taken back");
        assertThat(Schemas.migrate(newRelease)).containsExactly(new SchemaFound("2", List.of()));
        assertThat(rows()).isZero();
    }

    @Test
    void noUndoIsDerivedThatWouldBringBackWhatItRemoved() {
        cluster.primary().execute("create index item_name on item (name)");
        script("new", "migration", "V3__price.sql", "alter table item add price int;");
        script("new", "contract", "V2__drop_name.sql", "drop index item_name;");
        Schemas.migrate(newRelease);
        contract(newRelease);

        assertThatThrownBy(() -> Schemas.rollback(newRelease, "3"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("There is no undo script for V3__price.sql");
        assertThat(one("select count(*) from pg_class where relname = 'item_name'"))
                .isEqualTo("0");

        script("new", "rollback", "U3__price.sql", "alter table item drop column price;");
        Schemas.rollback(newRelease, "3");
        assertThat(Objects.requireNonNull(newRelease.validateSchema().block(Schemas.PATIENCE))
                        .findings())
                .isEmpty();
    }

    @Test
    void whoIsInTheWayForTooLongIsNamed() {
        Joined old = join(oldRelease);

        assertThatThrownBy(() -> contract(release("new", config -> config.contractWait(Duration.ofMillis(300)))))
                .isInstanceOfSatisfying(MigrationException.class, fenced -> {
                    assertThat(fenced.code()).isEqualTo("CONTRACT_FENCED");
                    assertThat(fenced.safeToRetry()).isTrue();
                })
                .hasMessageContaining("V2__drop_name.sql was not run")
                .hasMessageContaining(
                        "shop at version 1 (instance " + old.membership().id());

        assertThat(hasName()).isTrue();
    }

    @Test
    void runsAtTheSameTimeApplyEachScriptOnce() {
        script("new", "migration", "V3__price.sql", "alter table item add price int, add cost int;");
        script("new", "contract", "V2.1__index.sql", "create index concurrently item_title on item (title);");
        script("new", "contract", "V3__drop_cost.sql", "alter table item drop column cost;");
        Schemas.migrate(newRelease);

        List<MigrationEvent> events = Objects.requireNonNull(Flux.range(0, 4)
                .flatMap(run -> release("new", config -> config).contract().onErrorResume(failure -> {
                    throw new AssertionError("run " + run, failure);
                }))
                .collectList()
                .block(Schemas.PATIENCE));

        assertThat(events)
                .filteredOn(MigrationApplied.class::isInstance)
                .extracting(event -> ((MigrationApplied) event).script())
                .containsExactly("V2__drop_name.sql", "V2.1__index.sql", "V3__drop_cost.sql");
        assertThat(one("select string_agg(version, ',' order by installed_rank) from evenkeel_contract_history"
                        + " where type = 'SQL' and success"))
                .isEqualTo("2,2.1,3");
    }

    @Test
    void whatItDoesIsNoDriftAndOtherFlywaysDoNotMind() {
        contract(newRelease);

        SchemaValidation validation =
                Objects.requireNonNull(newRelease.validateSchema().block(Schemas.PATIENCE));
        assertThat(validation.findings()).isEmpty();
        assertThat(validation.driftChecked()).isTrue();
        cluster.primary().execute("alter table item add name text");
        assertThat(Objects.requireNonNull(newRelease.validateSchema().block(Schemas.PATIENCE))
                        .findings())
                .extracting(SchemaFinding::object)
                .containsExactly("column item.name");
        cluster.primary().execute("alter table item drop column name");
        script("new", "migration", "V3__price.sql", "alter table item add price int;");
        assertThat(Schemas.plainFlyway(cluster, root.resolve("new")).migrate().migrationsExecuted)
                .isEqualTo(1);
        assertThat(Schemas.plainFlyway(cluster, root.resolve("new")).validateWithResult().validationSuccessful)
                .isTrue();
        script("new", "contract", "V2__drop_name.sql", "select 1;");
        assertThat(Objects.requireNonNull(newRelease.validateSchema().block(Schemas.PATIENCE))
                        .findings())
                .extracting(SchemaFinding::kind)
                .contains(SchemaFinding.Kind.CHECKSUM_CHANGED);
    }

    @Test
    void aScriptThatFailsLeavesNothingAndRunsAgain() {
        script("new", "contract", "V2__drop_name.sql", "alter table item drop column name; select 1 / 0;");
        assertThatThrownBy(() -> contract(newRelease))
                .hasMessageContaining("V2__drop_name.sql failed at statement 2")
                .hasMessageContaining("nothing of it was applied");
        assertThat(hasName()).isTrue();
        join(oldRelease).close();
        script("new", "contract", "V2__drop_name.sql", "alter table item drop column name;");

        contract(newRelease);

        assertThat(hasName()).isFalse();
    }

    @Test
    void aScriptAheadOfTheSchemaIsRefused() {
        script("new", "contract", "V3__ahead.sql", "alter table item drop column title;");

        assertThatThrownBy(() -> contract(newRelease))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        refused -> assertThat(refused.code()).isEqualTo("EXPAND_PENDING"))
                .hasMessageContaining("V3__ahead.sql completes migration 3, but the schema is at version 2");
        assertThat(one("select count(*) from information_schema.columns where column_name = 'title'"))
                .isEqualTo("1");
    }

    @Test
    void nobodyJoinsASchemaWithoutAHistoryAndTheEndOfTheManagerEndsIt() {
        Schemas.reset(cluster);
        assertThatThrownBy(() -> newRelease.join().blockFirst(Schemas.PATIENCE))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        refused -> assertThat(refused.code()).isEqualTo("NO_HISTORY"));
        Schemas.migrate(newRelease);
        Joined instance = join(newRelease);

        db.shutdown().block(Schemas.PATIENCE);

        Schemas.await("the end of the membership", () -> instance.failure() != null);
        assertThat(instance.failure()).isInstanceOf(ManagerClosedException.class);
        Schemas.await("its row to go", () -> rows() == 0);
    }
}
