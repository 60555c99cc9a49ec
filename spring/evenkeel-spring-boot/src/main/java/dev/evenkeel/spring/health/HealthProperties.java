package dev.evenkeel.spring.health;

import dev.evenkeel.ConnectionOptions;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The health that the actuator shows.
 *
 * @param downAfter Time without an answer of any server after which the health is DOWN.
 */
@ConfigurationProperties("evenkeel.health")
public record HealthProperties(@DefaultValue("10s") Duration downAfter) {

    public HealthProperties {
        ConnectionOptions.requirePositive("health.downAfter", downAfter);
    }
}
