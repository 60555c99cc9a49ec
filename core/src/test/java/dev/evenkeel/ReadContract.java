package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.error.SchemaMismatchException;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** What holds for a read-only query, whichever way it takes to its server. */
abstract class ReadContract {

    private static final String ALL_TYPES = """
            select 1::int2 as a, 2::int4 as b, 3::int8 as c, 1.5::float4 as d, 2.5::float8 as e, 12.345::numeric as f,
                   true as g, 'text'::text as h, 'char'::varchar(10) as i, 'x'::bpchar as j, '\\x00ff'::bytea as k,
                   '2024-02-29'::date as l, '12:34:56.789'::time as m, '2024-02-29 12:34:56'::timestamp as n,
                   '2024-02-29 12:34:56+02'::timestamptz as o, '1 day 2 hours'::interval as p,
                   '00000000-0000-0000-0000-00000000002a'::uuid as q, '{"a": 1}'::json as r, '{"a": 1}'::jsonb as s,
                   array[1, 2, 3] as t, array['a', null] as u, null::int as v, point(1, 2) as w, '1.2.3.4'::inet as x,
                   'happy'::item_mood as y, row(1, 'a') as z, 'A b' as "Quoted Name"
            """;

    private final PostgresCluster cluster;
    private final List<StatementCompleted> statements = new CopyOnWriteArrayList<>();
    private final int lanes;
    private ReactiveDatabaseManager db;

    ReadContract(PostgresCluster cluster, int lanes) {
        this.cluster = cluster;
        this.lanes = lanes;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute(
                        "drop table if exists item; drop type if exists item_mood; create type item_mood as enum ('happy', 'sad');"
                                + " create table item (id int primary key, name text);"
                                + " insert into item select g, 'n' || g from generate_series(1, 1000) g");
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder()
                                .minSize(0)
                                .maxSize(4)
                                .lanes(lanes)
                                .build())
                        .listener(new DatabaseListener() {
                            @Override
                            public void onStatementCompleted(StatementCompleted event) {
                                statements.add(event);
                            }

                            @Override
                            public boolean wantsStatements() {
                                return true;
                            }
                        }));
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    ReactiveDatabaseManager db() {
        return db;
    }

    private Query read(String sql, Object... parameters) {
        return db.query(sql, parameters).readOnly();
    }

    private static String describe(Row row) {
        RowMetadata metadata = row.getMetadata();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < metadata.getColumnMetadatas().size(); i++) {
            Object value = i == 19 || i == 20 ? List.of(row.get(i, Object[].class)) : row.get(i);
            text.append(metadata.getColumnMetadata(i))
                    .append(metadata.getColumnMetadata(i).getJavaType())
                    .append('=')
                    .append(value)
                    .append(" as text ")
                    .append(i == 10 || i == 19 || i == 20 || i == 22 ? "" : row.get(i, String.class))
                    .append('\n');
        }
        return text.toString();
    }

    @Test
    void valuesOfAllTypesAndTheirMetadataAreThoseOfAPlainConnection() {
        String sql = ALL_TYPES.replace("array['a', null]", "array['a', 'b']");
        String onALease = db.withConnection(
                        ConnectionOptions.read(), conn -> db.query(sql).on(conn).one(ReadContract::describe))
                .block(PATIENCE);

        StepVerifier.create(read(sql).one(ReadContract::describe))
                .expectNext(onALease)
                .verifyComplete();
    }

    @Test
    void parametersOfManyTypesArrive() {
        OffsetDateTime now = OffsetDateTime.parse("2024-02-29T12:34:56+02:00");
        UUID id = new UUID(1, 2);

        StepVerifier.create(read(
                                "select $1 = 1::int8 and $2 = 'a' and $3 = 1.5::numeric and $4 and $5 = '2024-02-29'::date"
                                        + " and $6 = '2024-02-29 12:34:56+02'::timestamptz and $7 = array[1, 2]"
                                        + " and $8 = '00000000-0000-0001-0000-000000000002'::uuid and $9::text is null"
                                        + " and $10::int8 is null as same",
                                1L,
                                "a",
                                new BigDecimal("1.5"),
                                true,
                                LocalDate.of(2024, 2, 29),
                                now,
                                new Integer[] {1, 2},
                                id,
                                null,
                                Parameters.in(Long.class))
                        .one(row -> row.get("same", Boolean.class)))
                .expectNext(true)
                .verifyComplete();
    }

    @Test
    void theSameTextWithValuesOfOtherTypesIsAnotherStatement() {
        String sql = "select pg_typeof($1)::text, $1";
        for (int round = 0; round < 3; round++) {
            assertThat(read(sql, 1).one(row -> row.get(0, String.class)).block(PATIENCE))
                    .isEqualTo("integer");
            assertThat(read(sql, 1L).one(row -> row.get(0, String.class)).block(PATIENCE))
                    .isEqualTo("bigint");
            assertThat(read(sql, "a").one(row -> row.get(0, String.class)).block(PATIENCE))
                    .isIn("character varying", "text");
        }
    }

    @Test
    void noRowsAreAnEmptyResultAndTwoAreTooManyForOne() {
        StepVerifier.create(read("select * from item where id = $1", -1).one(row -> 1))
                .verifyComplete();
        StepVerifier.create(read("select * from item where id <= $1", 2).one(row -> 1))
                .verifyError(IndexOutOfBoundsException.class);
    }

    @Test
    void rowsComeAsTheyAreAskedFor() {
        StepVerifier.create(
                        read("select id from item where id <= $1 order by id", 5)
                                .map(row -> row.get(0)),
                        1)
                .expectNext(1)
                .thenRequest(2)
                .expectNext(2, 3)
                .thenRequest(10)
                .expectNext(4, 5)
                .verifyComplete();
    }

    @Test
    void aCallerWhoTakesNoMoreRowsLosesNone() {
        Long sum = read("select id from generate_series(1, $1::int) id", 20_000)
                .map(row -> row.get(0, Integer.class))
                .limitRate(3)
                .concatMap(id -> id % 1000 == 0 ? Flux.just(id).delayElements(Duration.ofMillis(5)) : Flux.just(id))
                .reduce(0L, Long::sum)
                .block(PATIENCE);

        assertThat(sum).isEqualTo(20_000L * 20_001 / 2);
    }

    @Test
    void aCancelInTheMiddleLeavesNothingBehind() {
        for (int round = 0; round < 20; round++) {
            StepVerifier.create(read("select * from generate_series(1, $1::int)", 100_000)
                            .map(row -> row.get(0))
                            .take(3))
                    .expectNextCount(3)
                    .verifyComplete();
        }
        assertThat(read("select count(*) from item where id > $1", 0)
                        .one(row -> row.get(0))
                        .block(PATIENCE))
                .isEqualTo(1000L);
    }

    @Test
    void errorsOfTheServerAreTypedAndTheNextQueryIsNotTouched() {
        StepVerifier.create(
                        read("select * from nothing_like_this where id = $1", 1).map(row -> 1))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                SchemaMismatchException.class,
                                missing -> assertThat(missing.code()).isEqualTo("42P01")));
        StepVerifier.create(
                        read("select 10 / (5 - id) from item where id <= $1", 9).map(row -> 1))
                .expectNextCount(4)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                QueryFailedException.class,
                                division -> assertThat(division.code()).isEqualTo("22012")));
        StepVerifier.create(read("select 1 where $1 = 1", 1).one(row -> row.get(0)))
                .expectNext(1)
                .verifyComplete();
    }

    @Test
    void parametersThatDoNotFitAreExplained() {
        for (Object[] values : new Object[][] {{}, {1, 2}, {new Object()}}) {
            StepVerifier.create(read("select * from item where id = $1", values).map(row -> 1))
                    .verifyErrorSatisfies(error -> assertThat(error)
                            .isInstanceOfSatisfying(
                                    QueryFailedException.class,
                                    bad -> assertThat(bad.code()).isEqualTo("BAD_PARAMETERS")));
        }
    }

    @Test
    void whatTheMappingThrowsIsTheError() {
        StepVerifier.create(read("select id from item where id < $1", 100).map(row -> {
                    throw new ArithmeticException("mine");
                }))
                .verifyErrorMatches(error -> error instanceof ArithmeticException
                        && error.getMessage().equals("mine"));
        StepVerifier.create(read("select null where $1 = 1", 1).map(row -> row.get(0)))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(NullPointerException.class)
                        .hasMessageContaining("null"));
    }

    @Test
    void aRowIsOfNoUseAfterItsMapping() {
        AtomicReference<Row> kept = new AtomicReference<>();
        read("select id from item where id = $1", 1)
                .one(row -> {
                    kept.set(row);
                    return 1;
                })
                .block(PATIENCE);

        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> kept.get().get(0)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aTableMayChangeItsShape() {
        Flux<Integer> columns = read("select * from item where id = $1", 1)
                .map(row -> row.getMetadata().getColumnMetadatas().size());
        StepVerifier.create(columns).expectNext(2).verifyComplete();
        cluster.primary().execute("alter table item add column price int");

        StepVerifier.create(columns.concatWith(columns)).expectNext(3, 3).verifyComplete();
    }

    @Test
    void theTimeLimitHoldsAndTheServerIsRelieved() {
        // On a busy machine the opening of a connection can take as long as the limit.
        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> db.query("select 1").on(conn).one(row -> 1))
                .block(PATIENCE);
        StepVerifier.create(read("select count(*) from generate_series(1, $1::int8) g", 1_000_000_000_000L)
                        .timeout(Duration.ofMillis(300))
                        .label("long")
                        .map(row -> 1))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("'long'")
                        .hasMessageContaining("0.3S"))
                .verify(Duration.ofSeconds(2));

        await(
                "nothing runs on the server",
                () -> cluster.primary()
                        .queryOne(
                                "select count(*)::text from pg_stat_activity where state = 'active' and query like '%generate_series(1, $1%'"
                                        + " and pid <> pg_backend_pid()")
                        .equals("0"));
    }

    @Test
    void aReadThatWaitsForALockGetsItsAnswerWhenTheLockIsGone() {
        var held = db.inTransaction(conn -> db.query("lock table item")
                        .on(conn)
                        .rowsUpdated()
                        .then(reactor.core.publisher.Mono.delay(Duration.ofMillis(1500))))
                .toFuture();
        await(
                "the table is locked",
                () -> cluster.primary()
                        .queryOne("select count(*)::text from pg_locks where mode = 'AccessExclusiveLock' and granted"
                                + " and relation = 'item'::regclass")
                        .equals("1"));

        assertThat(read("select count(*) from item where id > $1", 0)
                        .one(row -> row.get(0))
                        .block(PATIENCE))
                .isEqualTo(1000L);
        assertThat(held).succeedsWithin(PATIENCE);
    }

    @Test
    void sessionsThatAreKilledAreNotNoticed() {
        for (int round = 0; round < 5; round++) {
            cluster.primary()
                    .execute(
                            "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend'"
                                    + " and application_name = 'evenkeel' and pid <> pg_backend_pid()");
            assertThat(read("select count(*) from item where id > $1", 0)
                            .one(row -> row.get(0))
                            .block(PATIENCE))
                    .isEqualTo(1000L);
        }
    }

    @Test
    void listenersAreToldOfEachStatementOnce() {
        read("select id from item where id <= $1", 7).map(row -> 1).blockLast(PATIENCE);
        read("select 1 / (id - 1) from item where id = $1", 1)
                .map(row -> 1)
                .onErrorResume(DatabaseException.class, division -> Flux.empty())
                .blockLast(PATIENCE);

        await("both", () -> statements.size() == 2);
        assertThat(statements.get(0)).satisfies(event -> {
            assertThat(event.rows()).isEqualTo(7);
            assertThat(event.outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(event.bound().shapes()).containsExactly("Integer");
            assertThat(event.total()).isPositive();
            assertThat(event.node())
                    .isEqualTo(
                            cluster.primary().host() + ":" + cluster.primary().port());
        });
        assertThat(statements.get(1)).satisfies(event -> {
            assertThat(event.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(event.sqlState()).isEqualTo("22012");
        });
    }
}
