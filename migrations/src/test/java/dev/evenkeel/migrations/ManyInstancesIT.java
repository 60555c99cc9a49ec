package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationEvent.LockAwaited;
import dev.evenkeel.migrations.MigrationEvent.MigrationApplied;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.MigrationEvent.SchemaFound;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@WithPostgres(isolated = true)
class ManyInstancesIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");
    private static final int INSTANCES = 16;

    private final PostgresCluster cluster;
    private final List<ReactiveDatabaseManager> managers = new ArrayList<>();

    @TempDir
    private Path root;

    ManyInstancesIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        for (int i = 0; i < INSTANCES; i++) {
            managers.add(Schemas.start(cluster));
        }
    }

    @AfterEach
    void stop() {
        Flux.fromIterable(managers).flatMap(ReactiveDatabaseManager::shutdown).blockLast(Schemas.PATIENCE);
    }

    private void script(String name, String sql) {
        Schemas.write(root.resolve("migration"), name, sql);
    }

    @Test
    void applyEachVersionOnceThoughOneIsAConcurrentIndex() {
        script("V1__item.sql", "create table item (id int primary key, name text);");
        script("V2__rows.sql", "insert into item select n, 'name ' || n from generate_series(1, 20000) n;");
        script("V3__index.sql", "create index concurrently item_name on item (name);");
        script("V4__price.sql", "alter table item add price int;");
        script("V5__slow.sql", "create table slow (id int); select pg_sleep(0.5);");
        script("V6__last.sql", "create table last (id int);");
        long begun = System.nanoTime();

        List<List<MigrationEvent>> all = Objects.requireNonNull(Flux.fromIterable(managers)
                .flatMap(db -> Schemas.migrations(db, root).runMigrations().collectList(), INSTANCES)
                .collectList()
                .block(Schemas.PATIENCE));

        figures.info(
                "{} instances, 6 migrations, one of them a concurrent index: all up after {} ms",
                INSTANCES,
                Duration.ofNanos(System.nanoTime() - begun).toMillis());
        assertThat(all)
                .hasSize(INSTANCES)
                .allSatisfy(events -> assertThat(events.get(events.size() - 1))
                        .isInstanceOfAny(SchemaChanged.class, SchemaFound.class));
        List<MigrationEvent> together = all.stream().flatMap(List::stream).toList();
        assertThat(together)
                .filteredOn(MigrationApplied.class::isInstance)
                .extracting(event -> ((MigrationApplied) event).script())
                .containsExactly(
                        "V1__item.sql",
                        "V2__rows.sql",
                        "V3__index.sql",
                        "V4__price.sql",
                        "V5__slow.sql",
                        "V6__last.sql");
        assertThat(together)
                .filteredOn(LockAwaited.class::isInstance)
                .anySatisfy(event -> assertThat(((LockAwaited) event).holder()).startsWith("shop:migrate (pid "));
        assertThat(cluster.primary()
                        .queryOne("select string_agg(version, ',' order by installed_rank) from flyway_schema_history"
                                + " where success"))
                .isEqualTo("1,2,3,4,5,6");
        assertThat(cluster.primary().queryOne("select count(*) from pg_index where not indisvalid"))
                .isEqualTo("0");
        assertThat(cluster.logTail(cluster.primary())).doesNotContain("deadlock");
    }

    @Test
    void waitAsLongAsTheyAreToldFlywaysOfOthersIncluded() {
        script("V1__item.sql", "create table item (id int primary key);");
        // The lock of Flyway, as any client of it takes it.
        long key = 0x466C79776179L + "\"public\".\"flyway_schema_history\"".hashCode();
        ReactiveDatabaseManager holder = managers.get(0);
        List<MigrationEvent> events = new ArrayList<>();

        holder.withConnection(
                        ConnectionOptions.write(),
                        connection -> holder.query("select pg_advisory_lock($1)", key)
                                .on(connection)
                                .one(row -> 1)
                                .then(Schemas.migrations(
                                                managers.get(1),
                                                root,
                                                config -> config.instanceWait(Duration.ofMillis(300)))
                                        .runMigrations()
                                        .doOnNext(events::add)
                                        .then()
                                        .onErrorResume(
                                                MigrationException.class,
                                                tooLong -> tooLong.code().equals("INSTANCE_LOCK_TIMEOUT")
                                                        ? Mono.empty()
                                                        : Mono.error(tooLong)))
                                .then(holder.query("select pg_advisory_unlock($1)", key)
                                        .on(connection)
                                        .one(row -> 1)))
                .block(Schemas.PATIENCE);

        assertThat(events).isNotEmpty().allSatisfy(event -> assertThat(event).isInstanceOf(LockAwaited.class));
        Schemas.migrate(Schemas.migrations(managers.get(1), root));
        assertThat(cluster.primary().queryOne("select count(*) from item")).isEqualTo("0");
    }
}
