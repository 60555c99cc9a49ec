package dev.evenkeel.spring;

import dev.evenkeel.monitoring.AlertConfig;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.server.SecurityWebFilterChain;

/**
 * An application with Spring Security as it is by default, its protection from forged requests included, and two users. Its alerts come
 * soon.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
class PageUsers {

    @Bean
    SecurityWebFilterChain chain(ServerHttpSecurity http) {
        return http.authorizeExchange(exchanges -> exchanges.anyExchange().authenticated())
                .httpBasic(Customizer.withDefaults())
                .build();
    }

    @Bean
    AlertConfig impatient() {
        return AlertConfig.defaults().within(Duration.ofSeconds(1));
    }

    @Bean
    MapReactiveUserDetailsService users() {
        return new MapReactiveUserDetailsService(
                User.withUsername("olga")
                        .password("{noop}olga")
                        .roles("EVENKEEL_OPERATOR")
                        .build(),
                User.withUsername("rita").password("{noop}rita").roles("READER").build());
    }
}
