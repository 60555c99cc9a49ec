package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The server quotes values in many of its messages: none of them may be in ours, or in the log. */
@WithPostgres
class RedactionIT {

    private static final String VALUE = "s3cr3t-marker";

    private final PostgresCluster cluster;
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private ReactiveDatabaseManager db;

    RedactionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary().execute("""
                        drop schema if exists masked cascade;
                        create schema masked;
                        create table masked.person (id int primary key, email text unique, age int check (age > 0), code varchar(5) not null, born date);
                        create table masked.child (person int references masked.person deferrable, note text);
                        create type masked.mood as enum ('good', 'bad');
                        insert into masked.person values (1, 's3cr3t-marker', 1, 'a', now());
                        create function masked.fails(v text) returns int language plpgsql as
                            $$ begin return v::int; end $$;
                        """);
        db = Databases.start(cluster);
        logged.start();
        root().addAppender(logged);
    }

    @AfterEach
    void stop() {
        root().detachAppender(logged);
        db.shutdown().block(PATIENCE);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private record Given(String state, String sql, List<Object> parameters) {}

    private static Given given(String state, String sql, Object... parameters) {
        return new Given(state, sql, List.of(parameters));
    }

    private static final List<Given> ERRORS = List.of(
            given("23505", "insert into masked.person values (2, $1, 1, 'a', null)", VALUE),
            given("23514", "insert into masked.person values (2, 's3cr3t-marker2', -1, 'a', null)"),
            given("23502", "insert into masked.person values (2, 's3cr3t-marker2', 1, null, null)"),
            given("22001", "insert into masked.person values (2, 'x', 1, 's3cr3t-marker', null)"),
            given("22P02", "select $1::text::int", VALUE),
            given("22P02", "select 's3cr3t-marker'::int"),
            given("22P02", "select ('s3cr3t-marker')::masked.mood"),
            given("22007", "select 's3cr3t-marker'::date"),
            given("22P02", "select masked.fails($1)", VALUE),
            given("22P02", "select '{\"a\": s3cr3t-marker}'::json"),
            given("22P02", "select '{s3cr3t-marker'::int[]"),
            given(
                    "22023",
                    "select make_interval(secs => 1) from pg_timezone_names where now() at time zone 's3cr3t-marker' is null limit 1"),
            given("42601", "select 'a' 's3cr3t-marker'"),
            given("42601", "selekt 's3cr3t-marker'"),
            given("2201B", "select 'x' ~ $1", "s3cr3t-marker("),
            given("22008", "select '2020-13-45'::date, 's3cr3t-marker'"),
            given("22003", "select 99999999999::int"),
            given("42883", "select nothing('s3cr3t-marker')"),
            given("42P01", "select 's3cr3t-marker' from masked.nowhere"));

    private DatabaseException failure(Given given) {
        return db.query(given.sql(), given.parameters().toArray())
                .map(row -> row.get(0))
                .then(Mono.<DatabaseException>empty())
                .onErrorResume(DatabaseException.class, Mono::just)
                .blockOptional(PATIENCE)
                .orElseThrow(() -> new AssertionError("no error: " + given.sql()));
    }

    @TestFactory
    Stream<DynamicTest> noValueIsInAMessage() {
        return ERRORS.stream()
                .map(given -> DynamicTest.dynamicTest(given.state() + " " + given.sql(), () -> {
                    DatabaseException failure = failure(given);

                    assertThat(failure.code()).isEqualTo(given.state());
                    assertThat(failure.toString() + failure.details() + failure.suggestions())
                            .as("to be seen by users and logs")
                            .doesNotContain("s3cr3t")
                            .contains(given.state());
                    assertNothingLogged();
                }));
    }

    @TestFactory
    Stream<DynamicTest> noValueIsInTheMessageOfATransactionOrABatch() {
        return Stream.of(
                DynamicTest.dynamicTest("a deferred constraint at COMMIT", () -> {
                    Throwable failed = db.inTransaction(connection -> db.query("set constraints all deferred")
                                    .on(connection)
                                    .rowsUpdated()
                                    .then(db.query("insert into masked.child values (4711, 's3cr3t-marker')")
                                            .on(connection)
                                            .rowsUpdated()))
                            .map(done -> new Throwable("committed"))
                            .onErrorResume(Mono::just)
                            .block(PATIENCE);
                    assertThat(failed)
                            .isInstanceOf(DatabaseException.class)
                            .asString()
                            .doesNotContain("4711");
                    assertNothingLogged();
                }),
                DynamicTest.dynamicTest("a batch of rows", () -> {
                    Throwable failed = db.withConnectionMany(
                                    ConnectionOptions.write(),
                                    connection -> Flux.from(connection
                                                    .createStatement(
                                                            "insert into masked.person values ($1, $2, 1, 'a', null)")
                                                    .bind(0, 8)
                                                    .bind(1, "other")
                                                    .add()
                                                    .bind(0, 9)
                                                    .bind(1, VALUE)
                                                    .execute())
                                            .concatMap(result -> result.getRowsUpdated()))
                            .then(Mono.just(new Throwable("inserted")))
                            .onErrorResume(Mono::just)
                            .block(PATIENCE);
                    assertThat(failed)
                            .isInstanceOf(DatabaseException.class)
                            .asString()
                            .doesNotContain("s3cr3t");
                    assertNothingLogged();
                }));
    }

    private void assertNothingLogged() {
        assertThat(logged.list.stream()
                        .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
                        .map(event -> event.getFormattedMessage()))
                .noneMatch(message -> message.contains("s3cr3t"));
    }
}
