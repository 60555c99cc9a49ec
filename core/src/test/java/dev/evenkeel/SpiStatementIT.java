package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Spi.described;
import static dev.evenkeel.Spi.numbers;
import static dev.evenkeel.Spi.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Blob;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.R2dbcType;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.Statement;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Statements with values through the SPI go our way: whoever writes them must not see a difference to the driver's. */
@WithPostgres
class SpiStatementIT {

    private static final String TABLE = """
            drop table if exists item;
            create table item (id int primary key, name text, price numeric, made timestamptz default '2024-02-29 12:00:00Z');
            insert into item (id, name, price) select g, 'n' || g, g * 1.5 from generate_series(1, 300) g
            """;

    private static final String ONE = "select id, name, price, made from item where id = $1";

    /** What an application may do with a statement, and what it then has. */
    @SuppressWarnings("ImmutableEnumChecker") // functions without a state
    enum Use {
        ROW(connection -> rows(connection.createStatement(ONE).bind(0, 7))),
        BY_NAME(connection -> rows(connection.createStatement(ONE).bind("$1", 7))),
        NO_ROW(connection -> rows(connection.createStatement(ONE).bind(0, -1))),
        MANY_ROWS(connection -> rows(connection
                .createStatement("select * from item where id > $1 order by id")
                .bind(0, 10))),
        READABLE(connection -> Flux.from(
                        connection.createStatement(ONE).bind(0, 7).execute())
                .flatMap(result -> result.map(row -> row.get("name", String.class)))),
        NULLS(connection -> rows(connection
                .createStatement("select $1::int as a, $2::text as b, $3::timestamptz as c")
                .bindNull(0, Integer.class)
                .bindNull("$2", String.class)
                .bind(2, Parameters.in(R2dbcType.TIMESTAMP_WITH_TIME_ZONE)))),
        ARRAYS(connection -> rows(connection
                .createStatement("select id from item where id = any($1) order by id")
                .bind(0, new Integer[] {5, 3, 4}))),
        UPDATED(connection -> numbers(connection
                .createStatement("update item set name = $1 where id <= $2")
                .bind(0, "other")
                .bind(1, 10))),
        UPDATED_NOTHING(connection -> numbers(
                connection.createStatement("delete from item where id = $1").bind(0, -1))),
        NUMBER_OF_SELECTED(connection -> numbers(
                connection.createStatement("select id from item where id <= $1").bind(0, 20))),
        ROWS_OF_AN_UPDATE(connection -> rows(connection
                .createStatement("update item set price = $1 where id = 3")
                .bind(0, 2.5))),
        RETURNING(connection -> rows(connection
                .createStatement("insert into item (id, name) values ($1, $2) returning *")
                .bind(0, 1001)
                .bind(1, "new"))),
        GENERATED(connection -> rows(connection
                .createStatement("insert into item (id, name) values ($1, $2)")
                .bind(0, 1001)
                .bind(1, "new")
                .returnGeneratedValues("id", "made"))),
        GENERATED_ALL(connection -> rows(connection
                .createStatement("update item set name = $1 where id = 3")
                .returnGeneratedValues()
                .bind(0, "new"))),
        GENERATED_BY_A_SELECT(connection ->
                rows(connection.createStatement(ONE).returnGeneratedValues().bind(0, 7))),
        GENERATED_TWICE(connection -> rows(connection
                .createStatement("delete from item where id = $1 returning id")
                .returnGeneratedValues("id")
                .bind(0, 7))),
        GENERATED_OF_SEVERAL(connection -> rows(connection
                .createStatement("insert into item (id, name) values ($1, $2)")
                .returnGeneratedValues("id")
                .bind(0, 1001)
                .bind(1, "one")
                .add()
                .bind(0, 1002)
                .bind(1, "two"))),
        SEVERAL(connection -> numbers(connection
                .createStatement("insert into item (id, name) values ($1, $2)")
                .bind(0, 1001)
                .bind(1, "one")
                .add()
                .bind(0, 1002)
                .bind(1, "two"))),
        IN_PARTS(connection -> rows(connection
                .createStatement("select id from item where id > $1 order by id")
                .bind(0, 100)
                .fetchSize(10))),
        LARGE_OBJECT(connection -> rows(connection
                .createStatement("select length($1) as length")
                .bind(0, Blob.from(Mono.just(ByteBuffer.wrap("seven b".getBytes(StandardCharsets.UTF_8))))))),
        REPEATED_NUMBER(connection -> rows(
                connection.createStatement("select $1::int + $1::int as twice").bind(0, 4))),
        SEGMENTS(connection -> Flux.from(
                        connection.createStatement(ONE).bind(0, 7).execute())
                .flatMap(result -> result.flatMap(segment ->
                        Flux.just(segment instanceof Result.RowSegment row ? described(row.row()) : kind(segment))))),
        FILTERED(connection -> Flux.from(connection
                        .createStatement("update item set name = $1 where id < 5 returning id")
                        .bind(0, "x")
                        .execute())
                .map(result -> result.filter(Result.UpdateCount.class::isInstance))
                .flatMap(Result::getRowsUpdated)),
        BOUND_ANEW(connection -> {
            Statement statement = connection.createStatement(ONE);
            Publisher<? extends Result> first = statement.bind(0, 1).execute();
            return rows(first).concatWith(Flux.defer(() -> rows(statement.bind(0, 2))));
        }),
        READ_AGAIN_BEHIND_ITS_FIRST_ROW(connection -> Flux.from(connection
                        .createStatement("select id from item where id > $1 order by id")
                        .bind(0, 10)
                        .execute())
                .flatMap(result -> Flux.from(result.map(row -> row.get(0, Integer.class)))
                        .take(1)
                        .repeat(1))),
        READ_AGAIN(connection -> {
            Statement statement = connection.createStatement(ONE).bind(0, 1);
            return rows(statement).concatWith(rows(statement));
        }),
        TWO_TYPES_FOR_ONE_TEXT(connection -> Flux.concat(
                rows(connection.createStatement("select $1 as v").bind(0, 1)),
                rows(connection.createStatement("select $1 as v").bind(0, "one")))),
        IN_A_TRANSACTION(connection -> Flux.concat(
                Flux.from(connection.beginTransaction()),
                numbers(connection
                        .createStatement("delete from item where id < $1")
                        .bind(0, 50)),
                Flux.from(connection.rollbackTransaction()),
                rows(connection
                        .createStatement("select count(*) from item where id > $1")
                        .bind(0, 0)))),
        REFUSED(connection -> numbers(
                connection.createStatement("insert into item (id) values ($1)").bind(0, 1))),
        REFUSED_BEHIND_A_ROW(connection -> rows(connection
                .createStatement("select 10 / (3 - id) from item where id <= $1 order by id")
                .bind(0, 5))),
        NO_SUCH_TABLE(connection -> rows(connection
                .createStatement("select * from nothing where id = $1")
                .bind(0, 1))),
        WRONG_TYPE(connection -> rows(connection.createStatement(ONE).bind(0, "seven"))),
        MAPPING_FAILS(connection -> Flux.from(
                        connection.createStatement(ONE).bind(0, 7).execute())
                .flatMap(result -> result.map(row -> {
                    throw new IllegalStateException("the mapping broke");
                }))),
        NO_SUCH_COLUMN(connection -> Flux.from(
                        connection.createStatement(ONE).bind(0, 7).execute())
                .flatMap(result -> result.map(row -> row.get("nothing")))),
        INDEX_TOO_HIGH(connection -> rows(connection.createStatement(ONE).bind(1, 7))),
        INDEX_TOO_LOW(connection -> rows(connection.createStatement(ONE).bind(-1, 7))),
        NULL_INDEX_TOO_HIGH(connection -> rows(connection.createStatement(ONE).bindNull(1, Integer.class))),
        NO_SUCH_NAME(connection -> rows(connection.createStatement(ONE).bind("$2", 7))),
        NO_NAME(connection -> rows(connection.createStatement(ONE).bind("id", 7))),
        NO_VALUE(connection -> rows(connection.createStatement(ONE))),
        ONE_VALUE_MISSING(connection ->
                rows(connection.createStatement("select $1::int, $2::int").bind(1, 7))),
        NO_CODEC(connection -> rows(connection.createStatement(ONE).bind(0, Locale.ROOT))),
        NOT_READ(connection -> Flux.from(connection
                        .createStatement("delete from item where id > $1")
                        .bind(0, 0)
                        .execute())
                .map(result -> "a result")
                .concatWith(rows(connection
                        .createStatement("select count(*) from item where id > $1")
                        .bind(0, 0)))),
        NO_STATEMENT_OF_DATA(connection ->
                rows(connection.createStatement("explain (costs off) " + ONE).bind(0, 7)));

        private final Function<Connection, Publisher<?>> work;

        Use(Function<Connection, Publisher<?>> work) {
            this.work = work;
        }

        private static String kind(Result.Segment segment) {
            return segment instanceof Result.UpdateCount count ? "count " + count.value() : "another segment";
        }
    }

    private final PostgresCluster cluster;
    private final List<StatementCompleted> events = new CopyOnWriteArrayList<>();
    private ReactiveDatabaseManager db;

    SpiStatementIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder().minSize(0).maxSize(1).build())
                        .listener(new DatabaseListener() {
                            @Override
                            public void onStatementCompleted(StatementCompleted event) {
                                events.add(event);
                            }

                            @Override
                            public boolean wantsStatements() {
                                return true;
                            }
                        }));
        cluster.primary().execute(TABLE);
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private List<String> heard(ConnectionFactory factory, Use use) {
        cluster.primary().execute(TABLE);
        Connection connection = Mono.from(factory.create()).block(PATIENCE);
        try {
            List<String> all = new ArrayList<>(Spi.heard(use.work, connection));
            // What was prepared and described by then must not make a difference either.
            cluster.primary()
                    .execute(TABLE.substring(TABLE.indexOf("insert")).replace("insert", "truncate item; insert"));
            all.addAll(Spi.heard(use.work, connection));
            return all;
        } finally {
            Mono.from(connection.close()).block(PATIENCE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsDifferentFromTheDriver(Use use) {
        List<String> driver = heard(ConnectionFactories.get(cluster.url(cluster.primary())), use);

        assertThat(heard(db.connectionFactory(), use)).isEqualTo(driver);
    }

    private Connection connection() {
        return Mono.from(db.connectionFactory().create()).block(PATIENCE);
    }

    @Test
    void isOneEventWithItsRows() {
        Connection connection = connection();
        events.clear();
        Spi.heard(Use.MANY_ROWS.work, connection);
        Mono.from(connection.close()).block(PATIENCE);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(events.get(0).rows()).isEqualTo(290);
        assertThat(events.get(0).bound().shapes()).containsExactly("Integer");
    }

    /** By us: the driver's statements have other names. */
    @Test
    void isPreparedOnce() {
        Connection connection = connection();
        for (int i = 1; i <= 3; i++) {
            Spi.heard(Use.ROW.work, connection);
        }
        List<String> names = Flux.from(connection
                        .createStatement("select name from pg_prepared_statements where statement = $1")
                        .bind(0, ONE)
                        .execute())
                .flatMap(result -> result.map(row -> row.get(0, String.class)))
                .collectList()
                .block(PATIENCE);
        Mono.from(connection.close()).block(PATIENCE);

        assertThat(names).singleElement().asString().startsWith("L_");
    }

    @Test
    void aStalePlanIsHealed() {
        Connection connection = connection();
        Function<Connection, Integer> columns = on -> Flux.from(on.createStatement("select * from item where id = $1")
                        .bind(0, 1)
                        .execute())
                .flatMap(result -> result.map(
                        row -> ((Row) row).getMetadata().getColumnMetadatas().size()))
                .blockLast(PATIENCE);
        assertThat(columns.apply(connection)).isEqualTo(4);
        cluster.primary().execute("alter table item add column more int");

        assertThat(columns.apply(connection)).isEqualTo(5);
        Mono.from(connection.close()).block(PATIENCE);
    }

    @Test
    void oneThatOutlivesItsConnectionIsRefused() {
        Connection connection = connection();
        Statement statement = connection.createStatement(ONE).bind(0, 7);
        Publisher<? extends Result> execution = statement.execute();
        Mono.from(connection.close()).block(PATIENCE);
        Connection next = connection();

        assertThatThrownBy(() -> Flux.from(execution)
                        .flatMap(result -> result.map(row -> 1))
                        .blockLast(PATIENCE))
                .isInstanceOf(LeaseMisuseException.class);
        Mono.from(next.close()).block(PATIENCE);
    }

    /** A result that nobody reads was never sent. */
    @Test
    void oneWhoseResultIsNotReadChangesNothing() {
        Connection connection = connection();
        Flux.from(connection
                        .createStatement("delete from item where id > $1")
                        .bind(0, 0)
                        .execute())
                .blockLast(PATIENCE);
        Mono.from(connection.close()).block(PATIENCE);

        assertThat(cluster.primary().queryOne("select count(*) from item")).isEqualTo("300");
    }
}
