package dev.evenkeel.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.Insert;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.ConstraintViolatedException;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.error.SchemaMismatchException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.postgresql.codec.Json;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** By statements, and by COPY. */
@WithPostgres
@ParameterizedClass
@ValueSource(booleans = {false, true})
class InsertIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    @Parameter
    private boolean copying;

    InsertIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists item; create table item (id bigint primary key, name text)");
        db = ReactiveDatabaseManager.start(DatabaseConfig.builder()
                        .primary(cluster.url(cluster.primary()))
                        .pool(PoolConfig.builder().minSize(0).maxSize(2).build())
                        .build())
                .block(PATIENCE);
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private static Flux<List<Object>> items(int from, int count) {
        return Flux.range(from, count).map(id -> List.of(id, "item " + id));
    }

    private Insert into(String table, String... columns) {
        Insert insert = db.insertInto(table, columns);
        return copying ? insert.copying() : insert;
    }

    private String count() {
        return cluster.primary().queryOne("select count(*) from item");
    }

    @Test
    void rowsGoInBatchByBatchAndTheirNumberIsTold() {
        StepVerifier.create(into("item", "id", "name").batchSize(400).rows(items(1, 1000)))
                .expectNext(400L, 800L, 1000L)
                .verifyComplete();

        assertThat(cluster.primary().queryOne("select count(*) || ' ' || sum(id) || ' ' || max(name) from item"))
                .isEqualTo("1000 500500 item 999");
    }

    @Test
    void noRowsAreNoError() {
        StepVerifier.create(into("item", "id").rows(Flux.empty())).verifyComplete();
    }

    @Test
    void whatTextMayHoldArrivesAsItWas() {
        Random random = new Random(7);
        String letters = "\"\\{},NUL' \n\tä€😀$1";
        List<String> texts = new ArrayList<>(List.of("", "NULL", "null", "\\N", "{}", "a\"b", "back\\slash", " x "));
        for (int i = 0; i < 500; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(12); j > 0; j--) {
                int at = random.nextInt(letters.codePointCount(0, letters.length()));
                text.appendCodePoint(letters.codePointAt(letters.offsetByCodePoints(0, at)));
            }
            texts.add(text.toString());
        }

        into("item", "id", "name")
                .rows(Flux.range(0, texts.size()).map(i -> List.of(i, texts.get(i))))
                .blockLast(PATIENCE);

        List<String> back = db.query("select name from item order by id")
                .map(row -> row.get(0, String.class))
                .collectList()
                .block(PATIENCE);
        assertThat(back).isEqualTo(texts);
    }

    enum Mood {
        happy
    }

    @Test
    void valuesOfManyTypesFindTheTypesOfTheirColumns() {
        cluster.primary()
                .execute(
                        "drop table if exists kinds; drop type if exists mood; create type mood as enum ('sad', 'happy');"
                                + " create table kinds (a int2, b int4, c int8, d float4, e float8, f numeric(12, 3), g boolean,"
                                + " h uuid, i date, j timestamp, k timestamptz, l bytea, m jsonb, n mood, o int4[], p text[],"
                                + " q varchar(5), r interval, s timestamptz, t timestamptz, u bytea, v char(3), w box)");
        UUID uuid = UUID.randomUUID();
        OffsetDateTime moment = OffsetDateTime.parse("2026-11-26T10:11:12.123456+02:00");
        List<Object> row = Arrays.asList(
                1,
                2L,
                3,
                1.5f,
                2.25,
                new BigDecimal("123.4567"),
                true,
                uuid,
                LocalDate.of(2026, 2, 28),
                LocalDateTime.of(2026, 1, 2, 3, 4, 5),
                moment,
                new byte[] {0, 1, (byte) 255},
                Json.of("{\"x\": \"a\\\"b\"}"),
                Mood.happy,
                new int[] {1, 2},
                Arrays.asList("a\"b", null, "{c,d}"),
                "word",
                Duration.ofMinutes(90),
                Instant.parse("2026-11-26T08:11:12Z"),
                ZonedDateTime.of(2026, 11, 26, 9, 11, 12, 0, ZoneId.of("Europe/Berlin")),
                ByteBuffer.wrap(new byte[] {7}),
                'z',
                "(2,2),(1,1)");
        String[] columns = "a b c d e f g h i j k l m n o p q r s t u v w".split(" ");

        into("kinds", columns)
                .rows(Flux.just(row, Arrays.asList(new Object[columns.length])))
                .blockLast(PATIENCE);

        assertThat(cluster.primary()
                        .queryOne("select concat_ws('|', a, b, c, d, e, f, g, h = '" + uuid
                                + "', i, j, k at time zone 'UTC', l, m, n, o, p, q, r,"
                                + " s at time zone 'UTC', t at time zone 'UTC', u, v, w) from kinds where a = 1"))
                .isEqualTo("1|2|3|1.5|2.25|123.457|t|t|2026-02-28|2026-01-02 03:04:05|2026-11-26 08:11:12.123456|"
                        + "\\x0001ff|{\"x\": \"a\\\"b\"}|happy|{1,2}|{\"a\\\"b\",NULL,\"{c,d}\"}|word|01:30:00|"
                        + "2026-11-26 08:11:12|2026-11-26 08:11:12|\\x07|z  |(2,2),(1,1)");
        assertThat(cluster.primary().queryOne("select count(*) from kinds k where k is null"))
                .isEqualTo("1");
    }

    @Test
    void namesThatNeedQuotesAreNamesAndNothingElse() {
        cluster.primary()
                .execute("drop table if exists \"Odd; table\";"
                        + " create table \"Odd; table\" (\"a\"\"b\" int, \"select\" int)");

        into("\"Odd; table\"", "a\"b", "select").rows(Flux.just(List.of(1, 2))).blockLast(PATIENCE);

        assertThat(cluster.primary().queryOne("select \"select\" from \"Odd; table\""))
                .isEqualTo("2");
        assertThatThrownBy(() -> into("item", "id) select 1; drop table item --")
                        .rows(items(1, 1))
                        .blockLast(PATIENCE))
                .isInstanceOf(SchemaMismatchException.class)
                .hasMessageContaining("it has id, name");
        assertThatThrownBy(() ->
                        into("item; drop table item", "id").rows(items(1, 1)).blockLast(PATIENCE))
                .isInstanceOf(QueryFailedException.class);
        assertThatThrownBy(() -> into("nowhere", "id").rows(items(1, 1)).blockLast(PATIENCE))
                .isInstanceOf(SchemaMismatchException.class);
        assertThat(count()).isEqualTo("0");
    }

    @Test
    void aRowThatDoesNotFitIsNamedAndNothingIsInserted() {
        Flux<List<Object>> short1003rd = items(1, 1002).concatWithValues(List.of(1003));
        assertThatThrownBy(() -> into("item", "id", "name")
                        .batchSize(500)
                        .rows(short1003rd)
                        .blockLast(PATIENCE))
                .isInstanceOf(QueryFailedException.class)
                .hasMessageContaining("Row 1003 for item has 1 values for 2 columns");
        assertThatThrownBy(() -> into("item", "id", "name")
                        .rows(Flux.just(List.of(1, Mono.just("secret"))))
                        .blockLast(PATIENCE))
                .isInstanceOf(QueryFailedException.class)
                .hasMessageContaining("Row 1 for item has a value of reactor.core.publisher")
                .hasMessageContaining("for column name")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() ->
                        into("item", "id").rows(Flux.just(List.of("no number"))).blockLast(PATIENCE))
                .isInstanceOf(QueryFailedException.class)
                .hasMessageNotContaining("no number");
        assertThat(count()).isEqualTo("0");
    }

    @Test
    void settingsOutOfRangeAreRefusedAtOnce() {
        assertThatThrownBy(() -> into("item")).isInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> into("item", "id").batchSize(0))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("50000");
        assertThatThrownBy(() -> into("item", "id").timeout(Duration.ZERO))
                .isInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void allOrNothing() {
        RuntimeException broken = new IllegalStateException("the source broke");
        StepVerifier.create(into("item", "id", "name")
                        .batchSize(10)
                        .rows(items(1, 25).concatWith(Flux.error(broken))))
                .thenConsumeWhile(inserted -> inserted < 25)
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(broken));
        assertThat(count()).isEqualTo("0");

        StepVerifier.create(into("item", "id", "name")
                        .batchSize(10)
                        .rows(items(1, 15).concatWith(items(3, 1))))
                .expectNext(10L)
                .thenConsumeWhile(inserted -> copying)
                .verifyError(ConstraintViolatedException.class);
        assertThat(count()).isEqualTo("0");

        StepVerifier.create(into("item", "id", "name").batchSize(10).rows(items(1, 1000)), 1)
                .expectNext(10L)
                .thenCancel()
                .verify();
        Mono.defer(() -> Mono.just(db.metrics().leased()))
                .repeat()
                .filter(leased -> leased == 0)
                .blockFirst(PATIENCE);
        assertThat(count()).isEqualTo("0");
    }

    @Test
    void conflictsAreSkippedOnRequest() {
        into("item", "id", "name").rows(items(1, 10)).blockLast(PATIENCE);

        if (copying) {
            assertThatThrownBy(() -> into("item", "id").skipConflicts())
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("COPY");
            assertThatThrownBy(() -> db.insertInto("item", "id").skipConflicts().copying())
                    .isInstanceOf(InvalidConfigurationException.class);
            return;
        }
        StepVerifier.create(into("item", "id", "name").skipConflicts().rows(items(6, 10)))
                .expectNext(5L)
                .verifyComplete();
        assertThat(count()).isEqualTo("15");
    }

    @Test
    void theLastNumberIsThatOfTheRowsStored() {
        cluster.primary()
                .execute(
                        "create or replace function leave_out() returns trigger language plpgsql as $$ begin return null; end $$;"
                                + " create trigger leave_out before insert on item for each row execute function leave_out()");

        StepVerifier.create(into("item", "id")
                        .rows(items(1, 5).map(row -> row.subList(0, 1)))
                        .takeLast(1))
                .expectNext(0L)
                .verifyComplete();
    }

    @Test
    void insideATransactionOfTheCallerItIsPartOfThat() {
        assertThatThrownBy(() -> db.inTransaction(connection -> into("item", "id", "name")
                                .on(connection)
                                .rows(items(1, 10))
                                .last()
                                .flatMap(done -> Mono.error(new IllegalStateException("changed my mind"))))
                        .block(PATIENCE))
                .hasMessage("changed my mind");
        assertThat(count()).isEqualTo("0");

        Long seen = db.inTransaction(connection -> into("item", "id", "name")
                        .on(connection)
                        .rows(items(1, 10))
                        .then(db.query("select count(*) from item")
                                .on(connection)
                                .one(row -> row.get(0, Long.class))))
                .block(PATIENCE);
        assertThat(seen).isEqualTo(10);
        assertThat(count()).isEqualTo("10");
    }

    @Test
    void theSourceIsNotAskedForMoreThanTheServerTakes() {
        AtomicLong asked = new AtomicLong();
        AtomicLong ahead = new AtomicLong();
        Flux<List<Object>> source = items(1, 10_000).doOnNext(row -> asked.incrementAndGet());

        into("item", "id", "name")
                .batchSize(100)
                .rows(source)
                .doOnNext(inserted -> ahead.accumulateAndGet(asked.get() - inserted, Math::max))
                .blockLast(PATIENCE);

        assertThat(ahead.get()).isLessThanOrEqualTo(300);
        assertThat(count()).isEqualTo("10000");
    }
}
