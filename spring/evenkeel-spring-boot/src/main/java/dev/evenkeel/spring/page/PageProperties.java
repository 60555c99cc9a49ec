package dev.evenkeel.spring.page;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The live page.
 *
 * @param enabled Whether there is a live page, evenkeel-live, under the management path.
 * @param cancel Whether statements can be cancelled from the page, by who has the role.
 * @param cancelRole Role, without a prefix, that a user needs to cancel statements.
 */
@ConfigurationProperties("evenkeel.page")
public record PageProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("false") boolean cancel,
        @DefaultValue("EVENKEEL_OPERATOR") String cancelRole) {}
