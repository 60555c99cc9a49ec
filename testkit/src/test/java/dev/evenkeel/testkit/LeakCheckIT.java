package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

class LeakCheckIT {

    private static final List<Connection> LEFT_OPEN = new ArrayList<>();

    @AfterEach
    void closeWhatWasLeft() throws SQLException {
        for (Connection connection : LEFT_OPEN) {
            connection.close();
        }
        LEFT_OPEN.clear();
    }

    @Test
    void leftoversFailTheTestThatLeftThemAndNameThem() {
        EngineExecutionResults results = run(Leaking.class);

        results.testEvents().assertStatistics(stats -> stats.succeeded(2).failed(1));
        assertThat(failure(results, "leavesATransactionOpenAndAConnectionLeased"))
                .contains("node1: pid ")
                .contains("idle in transaction, application \"forgetful\"")
                .contains("select 'from a forgetful test'")
                .contains("node1: 1 sessions, at most 0 expected")
                .contains("leased connections: 2")
                .doesNotContain("pending acquires");
    }

    @Test
    void keptPoolMayGrowToItsSizeButNotBeyondAndMustBeClosedAtLast() {
        EngineExecutionResults results = run(Pooling.class);

        results.testEvents().assertStatistics(stats -> stats.succeeded(2).failed(1));
        assertThat(failure(results, "thirdTestGoesBeyond")).contains("3 sessions, at most 2 expected");
        assertThat(results.containerEvents().failed().stream().map(LeakCheckIT::failure))
                .singleElement()
                .asString()
                .contains("3 sessions, at most 0 expected");
    }

    private static EngineExecutionResults run(Class<?> type) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(type))
                .execute();
    }

    private static String failure(EngineExecutionResults results, String method) {
        return results.testEvents().failed().stream()
                .filter(event -> event.getTestDescriptor().getDisplayName().startsWith(method))
                .map(LeakCheckIT::failure)
                .findFirst()
                .orElseThrow();
    }

    private static String failure(Event event) {
        return event.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .orElseThrow()
                .toString();
    }

    private static Connection open(PostgresCluster cluster) throws SQLException {
        Connection connection =
                DriverManager.getConnection(cluster.jdbcUrl(cluster.primary()) + "&ApplicationName=forgetful");
        LEFT_OPEN.add(connection);
        return connection;
    }

    @WithPostgres
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Leaking {

        @AfterAll
        static void closeConnections() throws SQLException {
            LEFT_OPEN.get(0).close();
        }

        @Test
        @Order(1)
        void closesWhatItOpens(PostgresCluster cluster) throws SQLException {
            open(cluster).close();
            LEFT_OPEN.clear();
        }

        @Test
        @Order(2)
        void leavesATransactionOpenAndAConnectionLeased(PostgresCluster cluster, LeakCheck leaks) throws SQLException {
            leaks.watch("leased connections", () -> 2).watch("pending acquires", () -> 0);
            Connection connection = open(cluster);
            connection.setAutoCommit(false);
            connection.createStatement().execute("select 'from a forgetful test'");
        }

        @Test
        @Order(3)
        void isNotBlamedForSessionsThatWereThere() throws SQLException {
            LEFT_OPEN.get(0).rollback();
        }
    }

    @WithPostgres(pooledSessions = 2)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class Pooling {

        @BeforeAll
        static void openPool(PostgresCluster cluster, LeakCheck leaks) throws SQLException {
            open(cluster);
            leaks.watch("leased", () -> 0);
        }

        @Test
        @Order(1)
        void firstTestUsesThePool() {}

        @Test
        @Order(2)
        void secondTestMakesItGrow(PostgresCluster cluster) throws SQLException {
            open(cluster);
        }

        @Test
        @Order(3)
        void thirdTestGoesBeyond(PostgresCluster cluster) throws SQLException {
            open(cluster);
        }
    }
}
