package dev.evenkeel.spring.page;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.spring.config.EvenkeelAutoConfiguration;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/** What the live page shows. The page itself belongs to the management context, which may have a port of its own. */
@AutoConfiguration(
        after = EvenkeelAutoConfiguration.class,
        afterName = {
            "dev.evenkeel.spring.page.insight.PageInsightAutoConfiguration",
            "dev.evenkeel.spring.page.migrations.PageMigrationAutoConfiguration"
        })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty("evenkeel.page.enabled")
@ConditionalOnBean(ReactiveDatabaseManager.class)
@EnableConfigurationProperties(PageProperties.class)
@ImportRuntimeHints(PageHints.class)
@RegisterReflectionForBinding({Situation.class, Sample.class, Entry.class, Rows.class, Cancelling.Answer.class})
public final class PageAutoConfiguration {

    private static final String NO_INSIGHT =
            "Not shown: add dev.evenkeel:evenkeel-monitoring, and leave evenkeel.insight.enabled on.";
    private static final String NO_MIGRATIONS =
            "Not shown: add dev.evenkeel:evenkeel-migrations, and leave evenkeel.migrations.enabled on.";

    @Bean
    @ConditionalOnMissingBean
    EventLog evenkeelPageEvents() {
        return new EventLog(Clock.systemUTC());
    }

    @Bean
    @ConditionalOnMissingBean
    LiveFeed evenkeelLiveFeed(ReactiveDatabaseManager manager, ObjectProvider<Part> parts, EventLog events) {
        Map<String, Part> all = new LinkedHashMap<>();
        List.of(
                        Part.absent(Part.RUNNING, NO_INSIGHT),
                        Part.absent(Part.STATEMENTS, NO_INSIGHT),
                        Part.absent(Part.MIGRATIONS, NO_MIGRATIONS))
                .forEach(part -> all.put(part.name(), part));
        parts.orderedStream().forEach(part -> all.put(part.name(), part));
        return new LiveFeed(manager, List.copyOf(all.values()), events, Clock.systemUTC());
    }
}
