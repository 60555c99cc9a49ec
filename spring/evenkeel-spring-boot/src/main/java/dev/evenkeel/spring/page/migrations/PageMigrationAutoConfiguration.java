package dev.evenkeel.spring.page.migrations;

import dev.evenkeel.migrations.MigrationManager;
import dev.evenkeel.migrations.MigrationRecord;
import dev.evenkeel.spring.migrations.EvenkeelMigrationAutoConfiguration;
import dev.evenkeel.spring.page.Part;
import dev.evenkeel.spring.page.Rows;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/** The history of the schema, where the migrations module is there. */
@AutoConfiguration(after = EvenkeelMigrationAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty("evenkeel.page.enabled")
@ConditionalOnClass(MigrationManager.class)
@ConditionalOnBean(MigrationManager.class)
@RegisterReflectionForBinding(MigrationRow.class)
public final class PageMigrationAutoConfiguration {

    private static final int MOST = 50;

    /** It changes with a deployment; a question costs a connection, and a look at all scripts. */
    private static final Duration EVERY = Duration.ofMinutes(1);

    @Bean
    Part evenkeelPageMigrations(MigrationManager migrations) {
        return new Part(
                Part.MIGRATIONS,
                EVERY,
                migrations.getMigrationHistory().collectList().map(PageMigrationAutoConfiguration::newestFirst));
    }

    private static Rows newestFirst(List<MigrationRecord> history) {
        List<MigrationRow> shown = IntStream.range(0, Math.min(MOST, history.size()))
                .mapToObj(i -> MigrationRow.of(history.get(history.size() - 1 - i)))
                .toList();
        return history.size() > shown.size()
                ? new Rows(shown, "The last %d of %d.".formatted(shown.size(), history.size()))
                : Rows.of(shown);
    }
}
