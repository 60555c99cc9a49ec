package dev.evenkeel.spring.page.web;

import dev.evenkeel.spring.page.Cancelling;
import dev.evenkeel.spring.page.LiveFeed;
import dev.evenkeel.spring.page.PageAuthorization;
import dev.evenkeel.spring.page.PageProperties;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** The page, on the port of the actuator. */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty("evenkeel.page.enabled")
@ConditionalOnClass({RouterFunction.class, JsonMapper.class})
@ConditionalOnBean(LiveFeed.class)
@RegisterReflectionForBinding(CsrfHeader.Value.class)
public class PageManagementConfiguration {

    @Bean
    RouterFunction<ServerResponse> evenkeelLivePage(
            LiveFeed feed,
            PageProperties properties,
            WebEndpointProperties endpoints,
            ObjectProvider<Cancelling> cancelling,
            ObjectProvider<PageAuthorization> authorization,
            ObjectProvider<CsrfHeader> csrf) {
        PageJson json = new PageJson();
        CancelGate gate = new CancelGate(properties, cancelling.getIfAvailable(), authorization.getIfAvailable());
        CsrfHeader header = csrf.getIfAvailable(() -> exchange -> Mono.empty());
        return new PageRoutes(new PageFiles(), new StreamHandler(feed, json), new CancelHandler(gate, header, json))
                .below(endpoints.getBasePath());
    }

    /** Only where users are known. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Authentication.class, CsrfToken.class})
    static class Security {

        @Bean
        @ConditionalOnMissingBean
        PageAuthorization evenkeelPageRole(PageProperties properties) {
            return new SecurityRole(properties.cancelRole());
        }

        @Bean
        CsrfHeader evenkeelPageCsrf() {
            return new SecurityCsrfHeader();
        }
    }
}
