package dev.evenkeel.spring.web;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.spring.config.EvenkeelAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.WebFilter;

/** What a reactive web application adds to its calls. */
@AutoConfiguration(after = EvenkeelAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({WebFilter.class, HandlerMapping.class})
@ConditionalOnBean(ReactiveDatabaseManager.class)
@EnableConfigurationProperties(WebProperties.class)
public final class EvenkeelWebAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RequestWebFilter evenkeelRequestWebFilter() {
        return new RequestWebFilter();
    }

    @Bean
    @ConditionalOnMissingBean
    StreamedResponses evenkeelStreamedResponses() {
        return new StreamedResponses();
    }

    @Bean
    @ConditionalOnBooleanProperty("evenkeel.web.read-token.enabled")
    @ConditionalOnMissingBean
    ReadTokenWebFilter evenkeelReadTokenWebFilter(ReactiveDatabaseManager manager, WebProperties properties) {
        return new ReadTokenWebFilter(manager, properties.readToken());
    }
}
