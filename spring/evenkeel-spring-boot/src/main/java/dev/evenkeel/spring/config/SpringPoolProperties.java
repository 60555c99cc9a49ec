package dev.evenkeel.spring.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * What is set of {@code spring.r2dbc.pool.*} and means something here; {@code null} for what is not. Spring Boot's own class does
 * not tell what was set from its defaults. The rest (initial size, validation, retries) is the pool's business.
 */
record SpringPoolProperties(
        @Nullable Integer minIdle,
        @Nullable Integer maxSize,
        @Nullable Duration maxIdleTime,
        @Nullable Duration maxLifeTime,
        @Nullable Duration maxAcquireTime,
        @Nullable Duration maxCreateConnectionTime) {

    private static final SpringPoolProperties NONE = new SpringPoolProperties(null, null, null, null, null, null);

    static SpringPoolProperties of(Environment environment) {
        return Binder.get(environment)
                .bind("spring.r2dbc.pool", SpringPoolProperties.class)
                .orElse(NONE);
    }
}
