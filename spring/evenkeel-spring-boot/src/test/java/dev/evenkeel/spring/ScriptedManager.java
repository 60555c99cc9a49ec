package dev.evenkeel.spring;

import static java.time.Duration.ZERO;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.DatabaseMetrics;
import dev.evenkeel.DatabaseMetrics.Latency;
import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.PoolMetrics;
import dev.evenkeel.ReactiveDatabaseManager;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A manager without a database: what an application context needs of one, and nothing else. */
public final class ScriptedManager {

    public final Sinks.Many<HealthSnapshot> health = Sinks.many().replay().latest();
    public final AtomicInteger shutdowns = new AtomicInteger();

    private static final Latency NO_TIME = new Latency(0, ZERO, ZERO, ZERO, ZERO, ZERO);
    private static final DatabaseMetrics METRICS = new DatabaseMetrics(
            0, 0, 0, 0, NO_TIME, NO_TIME, Map.of("db1:5432", new PoolMetrics(2, 1, 0, 10)), Map.of(), Map.of());

    /** Refuses connections. */
    private record NoConnections() implements ConnectionFactory {

        @Override
        public Mono<Connection> create() {
            return Mono.error(new IllegalStateException("no database"));
        }

        @Override
        public ConnectionFactoryMetadata getMetadata() {
            return () -> "PostgreSQL";
        }
    }

    public ReactiveDatabaseManager manager() {
        DatabaseConfig config = DatabaseConfig.builder()
                .primary("r2dbc:postgresql://nobody@localhost:1/none")
                .build();
        return (ReactiveDatabaseManager) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ReactiveDatabaseManager.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "connectionFactory" -> new NoConnections();
                    case "config" -> config;
                    case "health" -> health.asFlux();
                    case "shutdown" -> Mono.fromRunnable(shutdowns::incrementAndGet);
                    case "listen" -> (Disposable) () -> {};
                    case "metrics" -> METRICS;
                    case "contributeSchemaIntegrity" -> null;
                    case "query" -> throw new IllegalStateException("no database");
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
                    case "toString" -> "ScriptedManager";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
