package dev.evenkeel.examples.orders;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The manager over the servers that {@code DATABASE_HOST} and its companions name, or else over a cluster of our own. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

    /** Few enough that a rush of orders has to queue for them. */
    private static final int CONNECTIONS = 10;

    @Bean
    DatabaseConfig databaseConfig(ObjectProvider<PostgresCluster> embedded) {
        return System.getenv("DATABASE_HOST") == null
                ? configOf(embedded.getObject())
                : DatabaseConfig.fromEnvironment(System.getenv());
    }

    @Bean
    @Lazy
    PostgresCluster embeddedCluster() {
        return PostgresCluster.start(ClusterSpec.withReplicas(2));
    }

    private static DatabaseConfig configOf(PostgresCluster cluster) {
        DatabaseConfig.Builder config = DatabaseConfig.builder()
                .applicationName("orders")
                .primary(cluster.url(cluster.primary()))
                .pool(PoolConfig.builder().maxSize(CONNECTIONS).build());
        cluster.replicas().forEach(replica -> config.replica(cluster.url(replica)));
        return config.build();
    }

    /** The web server stops before any bean is destroyed, and Spring waits for what {@code shutdown} returns. */
    @Bean(destroyMethod = "shutdown")
    ReactiveDatabaseManager databaseManager(DatabaseConfig config) {
        return Objects.requireNonNull(ReactiveDatabaseManager.start(config).block());
    }
}
