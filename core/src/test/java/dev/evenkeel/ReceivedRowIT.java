package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.Row;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Rows are read where they were received: whoever reads them must not see a difference to the driver's. */
@WithPostgres
class ReceivedRowIT {

    private static final String ROW = """
            select (-32768)::int2 as small_least, 32767::int2 as small_most, (-2147483648)::int4 as least, 2147483647 as most,
                   0 as zero, (-9223372036854775808)::int8 as big_least, 9223372036854775807 as big_most, null::int4 as no_number,
                   null::text as no_text, ''::text as empty, 'Zoë → €, 𝄞'::text as many_bytes, 'v'::varchar(5) as limited,
                   '7'::text as digit, 'x'::bpchar(3) as padded, 'c'::"char" as letter, 'n'::name as name, true as truth,
                   1.50::numeric as exact, 2.5::float8 as inexact, '2024-02-29'::date as day, '{"a": 1}'::jsonb as json,
                   '00000000-0000-0000-0000-00000000002a'::uuid as id, '\\x00ff'::bytea as bytes, array[1, 2] as several,
                   4294967295::oid as object, 1 as twice, 2 as "Twice", $1::int4 as given
            """;

    private static final List<Class<?>> TYPES = List.of(
            Object.class,
            Short.class,
            short.class,
            Integer.class,
            int.class,
            Long.class,
            long.class,
            Number.class,
            BigDecimal.class,
            Double.class,
            Boolean.class,
            String.class,
            CharSequence.class,
            LocalDate.class,
            UUID.class,
            byte[].class,
            Integer[].class,
            List.class);

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    ReceivedRowIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Databases.start(cluster);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private static String all(Row row) {
        StringBuilder text = new StringBuilder();
        for (Class<?> type : TYPES) {
            for (int index = -1; index < 30; index++) {
                int column = index;
                text.append("%d as %s: %s%n".formatted(column, type, outcome(() -> row.get(column, type))));
            }
            for (String name : List.of("least", "LEAST", "many_bytes", "no_number", "twice", "Twice", "missing")) {
                text.append("%s as %s: %s%n".formatted(name, type, outcome(() -> row.get(name, type))));
            }
        }
        return text.append(outcome(() -> row.get(0)))
                .append(outcome(() -> row.get("MOST")))
                .append(row.getMetadata().getColumnMetadatas())
                .toString();
    }

    private static String outcome(java.util.function.Supplier<Object> reading) {
        try {
            Object value = reading.get();
            return value == null
                    ? "null"
                    : "%s %s".formatted(value.getClass(), Arrays.deepToString(new Object[] {value}));
        } catch (ArrayIndexOutOfBoundsException noMessage) {
            // The JVM leaves the message out once it has compiled the access.
            return noMessage.getClass().getName();
        } catch (RuntimeException error) {
            return error.toString();
        }
    }

    private String byTheDriver() {
        Connection connection = Mono.from(
                        ConnectionFactories.get(cluster.url(cluster.primary())).create())
                .block(PATIENCE);
        try {
            return Flux.from(connection.createStatement(ROW).bind(0, 42).execute())
                    .concatMap(result -> result.map((row, metadata) -> all(row)))
                    .blockLast(PATIENCE);
        } finally {
            Mono.from(connection.close()).block(PATIENCE);
        }
    }

    /** The first time the server has not told yet what the rows look like, and sends all of it as text. */
    private List<String> severalTimes(Mono<String> reading) {
        return reading.repeat(4).collectList().block(PATIENCE);
    }

    @Test
    void whatCanBeReadAsWhatIsNotDifferentFromTheDriver() {
        String expected = byTheDriver();
        Function<Row, String> mapping = ReceivedRowIT::all;

        assertThat(severalTimes(db.query(ROW, 42).readOnly().one(mapping))).containsOnly(expected);
        assertThat(severalTimes(
                        db.inTransaction(conn -> db.query(ROW, 42).on(conn).one(mapping))))
                .containsOnly(expected);
        assertThat(severalTimes(db.withConnection(
                        ConnectionOptions.read(),
                        conn -> Flux.from(conn.createStatement(ROW).bind(0, 42).execute())
                                .concatMap(result -> result.map((row, metadata) -> all(row)))
                                .next())))
                .containsOnly(expected);
        assertThat(expected).contains("-9223372036854775808").contains("𝄞");
    }

    enum Way {
        LANE,
        LEASE,
        SPI;

        private static final String SQL = "select $1::int8 from generate_series(1, 1000)";
        private static final long VALUE = 1_234_567_890_123_456_789L;

        Mono<Long> sum(ReactiveDatabaseManager db) {
            Flux<Long> values = switch (this) {
                case LANE -> db.query(SQL, VALUE).readOnly().map(row -> row.get(0, Long.class));
                case LEASE -> db.query(SQL, VALUE).map(row -> row.get(0, Long.class));
                case SPI ->
                    db.withConnectionMany(
                            ConnectionOptions.read(),
                            conn -> Flux.from(conn.createStatement(SQL)
                                            .bind(0, VALUE)
                                            .execute())
                                    .concatMap(result -> result.map((row, metadata) -> row.get(0, Long.class))));
            };
            return values.reduce(0L, (sum, value) -> sum + value % 10);
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void wholeNumbersComeInBinaryOnceTheServerHasToldWhatTheRowsLookLike(Way way) {
        try (FaultProxy proxy =
                FaultProxy.to(cluster.primary().host(), cluster.primary().port())) {
            ReactiveDatabaseManager behind = Databases.startBehind(
                    proxy,
                    PoolConfig.builder()
                            .minSize(1)
                            .maxSize(1)
                            .lanes(way == Way.LANE ? 1 : 0)
                            .build());
            await(
                    "the lane is open",
                    () -> behind.metrics().lanes().values().stream()
                                    .mapToInt(LaneMetrics::open)
                                    .sum()
                            == (way == Way.LANE ? 1 : 0));

            long asText = bytes(proxy, way.sum(behind));
            long inBinary = bytes(proxy, way.sum(behind));

            // 19 digits, or 8 bytes.
            assertThat(asText - inBinary).isBetween(11_000L, 11_200L);
            behind.shutdown().block(PATIENCE);
        }
    }

    private static long bytes(FaultProxy proxy, Mono<Long> sum) {
        proxy.resetCounters();
        assertThat(sum.block(PATIENCE)).isEqualTo(9_000);
        return proxy.bytes(Direction.TO_CLIENT);
    }
}
