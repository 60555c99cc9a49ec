package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.postgresql.api.PostgresTransactionDefinition;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcRollbackException;
import io.r2dbc.spi.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A replica refuses a transaction that may write, and the application does not care: nothing of it runs by itself. */
@WithPostgres(replicas = 1)
class RefusedBeginIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;
    private Connection connection;

    RefusedBeginIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder().minSize(0).maxSize(1).build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        connection = db.getConnection(ConnectionOptions.read(ReadConsistency.EVENTUAL))
                .block(PATIENCE);
        assertThat(rows(connection.createStatement("select pg_is_in_recovery()::int")))
                .isOne();
        Flux.from(connection.beginTransaction(PostgresTransactionDefinition.mutability(true)))
                .blockLast(PATIENCE);
    }

    @AfterEach
    void stop() {
        db.releaseConnection(connection).block(PATIENCE);
        db.shutdown().block(PATIENCE);
    }

    private static Integer rows(Statement statement) {
        return Flux.from(statement.execute())
                .concatMap(result -> result.map(row -> row.get(0, Integer.class)))
                .blockLast(PATIENCE);
    }

    private static void isRefused(Statement statement) {
        assertThatThrownBy(() -> rows(statement)).isInstanceOf(R2dbcException.class);
    }

    @Test
    void neitherTheFirstStatementNorTheNextIsRun() {
        isRefused(connection.createStatement("select $1::int").bind(0, 1));
        isRefused(connection.createStatement("select $1::int").bind(0, 2));

        Mono.from(connection.rollbackTransaction()).block(PATIENCE);
        assertThat(rows(connection.createStatement("select $1::int").bind(0, 3)))
                .isEqualTo(3);
    }

    @Test
    void thereIsNothingToCommit() {
        isRefused(connection.createStatement("select $1::int").bind(0, 1));

        assertThatThrownBy(() -> Mono.from(connection.commitTransaction()).block(PATIENCE))
                .isInstanceOf(R2dbcRollbackException.class);
        assertThat(connection.isAutoCommit()).isTrue();
    }

    @Test
    void norWhatTheDriverSends() {
        isRefused(connection.createStatement("select 1"));
        isRefused(connection.createStatement("select 2"));

        Mono.from(connection.rollbackTransaction()).block(PATIENCE);
        assertThat(rows(connection.createStatement("select 3"))).isEqualTo(3);
    }
}
