package com.example.demo;

import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import java.time.Duration;
import java.util.stream.Collectors;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.DynamicPropertyRegistrar;

/** A primary and two replicas in the place of the servers that application.properties names; user and password are as there. */
@TestConfiguration(proxyBeanMethods = false)
class TestServers {

    @Bean
    PostgresCluster cluster() {
        return PostgresCluster.start(ClusterSpec.builder()
                .replicas(2)
                .database("demo")
                .user("demo", "demo")
                .exitGrace(Duration.ofSeconds(60))
                .build());
    }

    @Bean
    DynamicPropertyRegistrar addresses(PostgresCluster cluster) {
        int primary = cluster.primary().port();
        String replicas = cluster.replicas().stream()
                .map(replica -> replica.host() + ":" + replica.port())
                .collect(Collectors.joining(","));
        return properties -> {
            properties.add("spring.r2dbc.url", () -> "r2dbc:postgresql://127.0.0.1:%d/demo".formatted(primary));
            properties.add("evenkeel.replicas", () -> replicas);
        };
    }
}
