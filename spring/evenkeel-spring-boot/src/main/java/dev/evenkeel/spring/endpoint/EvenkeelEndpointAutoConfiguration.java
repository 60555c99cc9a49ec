package dev.evenkeel.spring.endpoint;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.spring.config.EvenkeelAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/** The endpoints, as far as they are exposed and access to them is allowed. */
@AutoConfiguration(after = EvenkeelAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(ReactiveDatabaseManager.class)
@ImportRuntimeHints(EndpointHints.class)
public final class EvenkeelEndpointAutoConfiguration {

    @Bean
    @ConditionalOnAvailableEndpoint
    @ConditionalOnMissingBean
    EvenkeelEndpoint evenkeelEndpoint(ReactiveDatabaseManager manager) {
        return new EvenkeelEndpoint(manager);
    }

    @Bean
    @ConditionalOnAvailableEndpoint
    @ConditionalOnMissingBean
    EvenkeelControlEndpoint evenkeelControlEndpoint(ReactiveDatabaseManager manager) {
        return new EvenkeelControlEndpoint(manager);
    }
}
