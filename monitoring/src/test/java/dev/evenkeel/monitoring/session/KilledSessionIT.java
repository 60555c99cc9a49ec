package dev.evenkeel.monitoring.session;

import static dev.evenkeel.monitoring.Managers.PATIENCE;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.ForwardingConnection;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.ConnectionLostException;
import dev.evenkeel.monitoring.AdviceConfig;
import dev.evenkeel.monitoring.Managers;
import dev.evenkeel.monitoring.advice.Advisor;
import dev.evenkeel.monitoring.server.CapabilityProbe;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/**
 * A session that is killed in the middle is an error. It once passed for a server on which no rule could be asked, and nothing was
 * found.
 */
@WithPostgres(replicas = 0, isolated = true)
class KilledSessionIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    KilledSessionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Managers.start(cluster);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    /** Asks for the end of its session in the place of all that comes after the first statements. */
    private static final class Doomed extends ForwardingConnection {

        private final Connection delegate;
        private final int first;
        private final AtomicInteger statements = new AtomicInteger();

        Doomed(Connection delegate, int first) {
            this.delegate = delegate;
            this.first = first;
        }

        @Override
        protected Connection delegate() {
            return delegate;
        }

        @Override
        public Statement createStatement(String sql) {
            boolean asked = statements.incrementAndGet() <= first;
            return delegate.createStatement(
                    asked
                            ? sql
                            : "select pg_sleep(10)%s where pg_terminate_backend(pg_backend_pid())"
                                    .formatted(sql.contains("$1") ? ", length($1)" : ""));
        }
    }

    private void isLost(int after, Function<Connection, Mono<?>> work) {
        assertThatThrownBy(() -> db.inspect(
                                Managers.name(cluster.primary()),
                                connection -> work.apply(new Doomed(connection, after))
                                        .then())
                        .blockLast(PATIENCE))
                .isInstanceOf(ConnectionLostException.class);
    }

    @Test
    void betweenTheRulesOfTheAdvice() {
        Advisor advisor = new Advisor(AdviceConfig.defaults());

        isLost(3, advisor::advise);
    }

    @Test
    void whileItFindsOutWhatCanBeSeen() {
        cluster.primary().execute("create extension pg_stat_statements");

        isLost(1, connection -> CapabilityProbe.of("a node", connection));
    }
}
