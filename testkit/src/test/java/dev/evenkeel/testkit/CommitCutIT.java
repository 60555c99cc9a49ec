package dev.evenkeel.testkit;

import static dev.evenkeel.testkit.Direction.TO_CLIENT;
import static dev.evenkeel.testkit.Direction.TO_SERVER;
import static dev.evenkeel.testkit.FaultPolling.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(FaultBufferLeaks.class)
@WithPostgres(isolated = true)
@Timeout(60)
class CommitCutIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration DELAY = Duration.ofMillis(150);
    private static final List<String> PROTOCOLS = List.of("simple", "extended");
    private static final String APPLICATION = "commit-cut";
    private static final String BACKENDS =
            "select count(*) from pg_stat_activity where application_name = '" + APPLICATION + "'";

    private final CommitCutServer server;
    private FaultProxy proxy;

    CommitCutIT(PostgresCluster cluster) {
        server = CommitCutServer.of(cluster);
    }

    @BeforeEach
    void start() throws SQLException {
        server.execute("drop table if exists commit_cut; create table commit_cut (id int primary key)");
        proxy = FaultProxy.to(server.host(), server.port());
    }

    @AfterEach
    void stop() throws SQLException {
        if (proxy != null) {
            proxy.close();
            untilNoBackendIsLeft();
            server.execute("drop table commit_cut");
        }
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void breaksTheConnectionAtThePoint(String protocol, CutPoint point, CutAction action) throws SQLException {
        try (Connection connection = open(protocol)) {
            insert(connection, 1);
            Cut cut = proxy.cutAt(point, action);

            assertThat(sqlStateOfCommit(connection)).startsWith("08");
            cut.awaitFired(SOON);
            assertThat(cut.timesFired()).isEqualTo(1);
        }
        proxy.heal();
        untilNoBackendIsLeft();
        assertThat(rows()).isEqualTo(point.commitReachesServer() ? 1 : 0);
    }

    @ParameterizedTest
    @MethodSource("points")
    void delaysAtThePointAndThenGoesOn(String protocol, CutPoint point) throws SQLException {
        try (Connection connection = open(protocol, SOON)) {
            insert(connection, 1);
            Cut cut = proxy.cutAt(point, CutAction.delay(DELAY));
            CompletableFuture<Integer> rowsWhenFired = cut.fired().thenApplyAsync(fired -> rows());

            long start = System.nanoTime();
            connection.commit();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(DELAY);
            if (!point.commitReachesServer()) {
                assertThat(rowsWhenFired.join()).isZero();
            }
            assertThat(rows()).isEqualTo(1);
            insert(connection, 2);
            connection.commit();
            assertThat(rows()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void blackholeLeavesTheServerInTheTransaction(String protocol) throws SQLException {
        try (Connection connection = open(protocol)) {
            insert(connection, 1);
            proxy.cutAt(CutPoint.BEFORE_COMMIT_FORWARDED, CutAction.BLACKHOLE);
            assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
        }
        assertThat(server.queryOne("select state from pg_stat_activity where application_name = '" + APPLICATION + "'"))
                .isEqualTo("idle in transaction");
        assertThat(proxy.connections()).isEqualTo(1);

        proxy.heal();
        untilNoBackendIsLeft();
        assertThat(proxy.connections()).isZero();
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void deliversAnErrorThatAnsweredTheCommitAfterTheDelay(String protocol) throws SQLException {
        server.execute("alter table commit_cut add unique (id) deferrable initially deferred");
        server.execute("alter table commit_cut drop constraint commit_cut_pkey");
        try (Connection connection = open(protocol, SOON)) {
            insert(connection, 1);
            insert(connection, 1);
            Cut cut = proxy.cutAt(CutPoint.AFTER_ANSWER_BEFORE_DELIVERY, CutAction.delay(DELAY));

            assertThat(sqlStateOfCommit(connection)).isEqualTo("23505");
            assertThat(cut.awaitFired(SOON).timesFired()).isEqualTo(1);
        }
    }

    @Test
    void findsACommitThatIsPreparedOnceAndOnlyBoundAgain() throws SQLException {
        try (Connection connection = open("extended")) {
            for (int id = 0; id < 10; id++) {
                insert(connection, id);
                connection.commit();
            }
            insert(connection, 10);
            proxy.resetCounters();
            Cut cut = proxy.cutAt(CutPoint.AFTER_ANSWER_BEFORE_DELIVERY, CutAction.RESET);

            assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);

            cut.awaitFired(SOON);
            assertThat(proxy.messages(TO_SERVER, 'P')).isZero();
            assertThat(rows()).isEqualTo(11);
        }
    }

    @Test
    void aCommitThatWasForwardedIsAlwaysCarriedOut() throws SQLException {
        int rounds = 100;
        Cut cut = proxy.cutAt(CutPoint.AFTER_COMMIT_FORWARDED, CutAction.RESET).times(rounds);
        for (int id = 0; id < rounds; id++) {
            try (Connection connection = open(PROTOCOLS.get(id % 2))) {
                insert(connection, id);
                assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
            }
        }
        untilNoBackendIsLeft();
        assertThat(cut.timesFired()).isEqualTo(rounds);
        assertThat(rows()).isEqualTo(rounds);
    }

    @Test
    void servesCutsInTheOrderTheyWereArmed() throws SQLException {
        Cut first = proxy.cutAt(CutPoint.BEFORE_COMMIT_FORWARDED, CutAction.delay(DELAY))
                .times(2);
        Cut second = proxy.cutAt(CutPoint.AFTER_COMMIT_FORWARDED, CutAction.delay(DELAY));
        try (Connection connection = open("simple", SOON)) {
            for (int id = 0; id < 4; id++) {
                insert(connection, id);
                connection.commit();
                assertThat(first.timesFired()).isEqualTo(Math.min(id + 1, 2));
                assertThat(second.timesFired()).isEqualTo(id < 2 ? 0 : 1);
            }
        }
    }

    @Test
    void aDisarmedCutFiresNoMore() throws SQLException {
        Cut cut = proxy.cutAt(CutPoint.BEFORE_COMMIT_FORWARDED, CutAction.RESET);
        proxy.heal();
        try (Connection connection = open("simple")) {
            insert(connection, 1);
            connection.commit();
        }
        assertThat(cut.timesFired()).isZero();
        assertThat(cut.fired()).isCompletedExceptionally();
        assertThatIllegalStateException()
                .isThrownBy(() -> cut.awaitFired(SOON))
                .withMessageContainingAll("BEFORE_COMMIT_FORWARDED", "RESET");
    }

    @Test
    void healingLetsADelayedCommitGoOn() throws SQLException {
        try (Connection connection = open("simple", SOON)) {
            insert(connection, 1);
            Cut cut = proxy.cutAt(CutPoint.MID_MESSAGE, CutAction.delay(Duration.ofHours(1)));
            CompletableFuture<FaultProxy> healed = cut.fired().thenApplyAsync(fired -> proxy.heal());

            connection.commit();

            healed.join();
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void countsMessagesAndRoundTrips() throws SQLException {
        try (Connection connection = open("simple");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(true);
            proxy.resetCounters();

            for (int i = 0; i < 5; i++) {
                statement.execute("select 1");
            }

            assertThat(proxy.messages(TO_SERVER, 'Q')).isEqualTo(5);
            assertThat(proxy.messages(TO_CLIENT, 'D')).isEqualTo(5);
            assertThat(proxy.messages(TO_CLIENT, 'Z')).isEqualTo(5);
            assertThat(proxy.messages(TO_SERVER, 'P')).isZero();
            assertThat(proxy.roundTrips()).isEqualTo(5);
        }
    }

    @Test
    void aListenerMayBreakTheConnectionBeforeTheMessagePasses() throws SQLException {
        try (Connection connection = open("simple")) {
            connection.setAutoCommit(true);
            proxy.onMessage((direction, type) -> {
                if (direction == TO_SERVER && type == 'Q') {
                    proxy.reset();
                }
            });

            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> insert(connection, 1));
        }
        untilNoBackendIsLeft();
        assertThat(rows()).isZero();
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CutAction.delay(Duration.ZERO))
                .withMessageContainingAll("duration", "PT0S", "more than zero");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> proxy.cutAt(CutPoint.MID_ANSWER, CutAction.RESET).times(0))
                .withMessageContainingAll("times", "0", "disarm()");
    }

    static Stream<Arguments> breaks() {
        return points().flatMap(point -> Stream.of(CutAction.Break.values())
                .map(action -> Arguments.of(point.get()[0], point.get()[1], action)));
    }

    static Stream<Arguments> points() {
        return PROTOCOLS.stream()
                .flatMap(protocol -> Stream.of(CutPoint.values()).map(point -> Arguments.of(protocol, point)));
    }

    static List<String> protocols() {
        return PROTOCOLS;
    }

    private Connection open(String protocol) throws SQLException {
        return open(protocol, Duration.ofMillis(300));
    }

    private Connection open(String protocol, Duration timeout) throws SQLException {
        Connection connection =
                server.connectThrough(proxy, "&ApplicationName=" + APPLICATION + "&preferQueryMode=" + protocol);
        connection.setNetworkTimeout(Runnable::run, (int) timeout.toMillis());
        connection.setAutoCommit(false);
        return connection;
    }

    private static void insert(Connection connection, int id) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into commit_cut values (" + id + ")");
        }
    }

    private static String sqlStateOfCommit(Connection connection) {
        try {
            connection.commit();
            return "00000";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    private int rows() {
        return Integer.parseInt(server.queryOne("select count(*) from commit_cut"));
    }

    private void untilNoBackendIsLeft() {
        until("no backend is left", () -> server.queryOne(BACKENDS).equals("0"));
    }
}
