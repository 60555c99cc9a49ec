package dev.evenkeel.examples.orders;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The servers that {@code DATABASE_HOST} and its companions name, or else a cluster of our own. The starter does the rest. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

    /** Few enough that a rush of orders has to queue for them. */
    private static final int CONNECTIONS = 10;

    /** Spring stops the web server and the manager first. */
    private static final Duration SHUTDOWN = Duration.ofSeconds(60);

    @Bean
    DatabaseConfig databaseConfig(ObjectProvider<PostgresCluster> embedded) {
        DatabaseConfig servers = System.getenv("DATABASE_HOST") == null
                ? configOf(embedded.getObject())
                : DatabaseConfig.fromEnvironment(System.getenv());
        return servers.toBuilder()
                .applicationName("orders")
                .pool(PoolConfig.builder().maxSize(CONNECTIONS).build())
                .build();
    }

    @Bean
    @Lazy
    PostgresCluster embeddedCluster() {
        return PostgresCluster.start(
                ClusterSpec.builder().replicas(2).exitGrace(SHUTDOWN).build());
    }

    private static DatabaseConfig configOf(PostgresCluster cluster) {
        DatabaseConfig.Builder config = DatabaseConfig.builder().primary(cluster.url(cluster.primary()));
        cluster.replicas().forEach(replica -> config.replica(cluster.url(replica)));
        return config.build();
    }
}
