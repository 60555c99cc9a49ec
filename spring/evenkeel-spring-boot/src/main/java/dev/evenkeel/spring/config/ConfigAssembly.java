package dev.evenkeel.spring.config;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.Profile;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/** Turns the properties into a builder with everything set that they say. */
record ConfigAssembly(EvenkeelProperties properties, Environment environment) {

    DatabaseConfig.Builder builder(Servers servers) {
        Profile profile = properties.profile();
        DatabaseConfig.Builder builder = profile == null ? DatabaseConfig.builder() : DatabaseConfig.builder(profile);
        List<NodeConfig> nodes = servers.all(properties.replicas());
        builder.primary(nodes.get(0));
        nodes.subList(1, nodes.size()).forEach(builder::replica);
        builder.pool(properties
                .pool()
                .over(SpringPoolProperties.of(environment), profile == null ? PoolConfig.defaults() : profile.pool()));
        builder.retry(properties.retry().policy());
        properties.tls().config().ifPresent(builder::tls);
        builder.monitoring(
                properties.monitoring().over(profile == null ? MonitoringConfig.defaults() : profile.monitoring()));
        String name = applicationName();
        if (name != null) {
            builder.applicationName(name);
        }
        if (properties.callTimeout() != null) {
            builder.callTimeout(properties.callTimeout());
        }
        return properties.allowReplicaOnlyStart() ? builder.allowReplicaOnlyStart() : builder;
    }

    private @Nullable String applicationName() {
        if (properties.applicationName() != null) {
            return properties.applicationName();
        }
        String name = environment.getProperty("spring.application.name");
        return name == null || name.isBlank() ? null : name;
    }
}
