package dev.evenkeel.spring.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Check;
import dev.evenkeel.HealthSnapshot.Checks;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.Performance;
import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.PoolMetrics;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.AlertConfig;
import dev.evenkeel.monitoring.HealthMonitor;
import dev.evenkeel.spring.ScriptedManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import reactor.core.publisher.Mono;

/** The page is there when it is asked for, and says what is missing in a sentence. */
class PageContextTest {

    private static final String ROUTES = "evenkeelLivePage";

    private final ScriptedManager scripted = new ScriptedManager();
    private final ReactiveWebApplicationContextRunner application = new ReactiveWebApplicationContextRunner()
            .withBean(ReactiveDatabaseManager.class, scripted::manager)
            .withUserConfiguration(Application.class)
            .withPropertyValues(
                    "spring.r2dbc.url=r2dbc:postgresql://app@db1/shop", "evenkeel.migrations.enabled=false");
    private final ReactiveWebApplicationContextRunner page =
            application.withPropertyValues("evenkeel.page.enabled=true", "evenkeel.page.cancel=true");

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    private static WebTestClient client(ApplicationContext context) {
        return WebTestClient.bindToRouterFunction(context.getBean(ROUTES, RouterFunction.class))
                .build();
    }

    private static String me(ApplicationContext context) {
        return Objects.requireNonNull(client(context)
                .get()
                .uri("/actuator/evenkeel-live/me")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
    }

    private static Map<String, Object> first(ApplicationContext context) {
        return Objects.requireNonNull(context.getBean(LiveFeed.class).changes().blockFirst(Duration.ofSeconds(20)));
    }

    @Test
    void thereIsNoPageUnlessItIsAskedFor() {
        application.run(context -> assertThat(context).doesNotHaveBean(ROUTES).doesNotHaveBean(LiveFeed.class));
        page.run(context -> assertThat(context).hasBean(ROUTES));
    }

    @Test
    void withoutTheMonitoringModuleItSaysSo() {
        page.withClassLoader(new FilteredClassLoader("dev.evenkeel.monitoring")).run(context -> {
            assertThat(first(context).get(Part.RUNNING)).hasToString(missing("evenkeel-monitoring"));
            assertThat(first(context).get(Part.STATEMENTS)).hasToString(missing("evenkeel-monitoring"));
            assertThat(me(context)).contains("\"mayCancel\":false", "evenkeel-monitoring, which is not there");
        });
    }

    @Test
    void withoutTheMigrationsModuleItSaysSo() {
        page.withClassLoader(new FilteredClassLoader("dev.evenkeel.migrations"))
                .run(context ->
                        assertThat(first(context).get(Part.MIGRATIONS)).hasToString(missing("evenkeel-migrations")));
    }

    private static String missing(String module) {
        String switched = module.endsWith("monitoring") ? "insight" : "migrations";
        return "Rows[rows=[], note=Not shown: add dev.evenkeel:%s, and leave evenkeel.%s.enabled on.]"
                .formatted(module, switched);
    }

    @Test
    void withoutUPlotThereIsNoScriptOfItButAllElse() {
        page.withClassLoader(new FilteredClassLoader(new ClassPathResource("META-INF/resources/webjars/uplot/")))
                .run(context -> {
                    assertThat(status(context, "/uplot.js")).isEqualTo(HttpStatus.NOT_FOUND);
                    for (String there : List.of("", "/uplot.css", "/live.js", "/charts.js")) {
                        assertThat(status(context, there)).as(there).isEqualTo(HttpStatus.OK);
                    }
                });
        page.run(context -> assertThat(status(context, "/uplot.js")).isEqualTo(HttpStatus.OK));
    }

    private static HttpStatusCode status(ApplicationContext context, String file) {
        return client(context)
                .get()
                .uri("/actuator/evenkeel-live" + file)
                .exchange()
                .returnResult(Void.class)
                .getStatus();
    }

    @Test
    void alertsOfTheApplicationsOwnMonitorAreInTheLogToo() {
        page.withBean(
                        HealthMonitor.class,
                        () -> HealthMonitor.on(
                                scripted.manager(), AlertConfig.defaults().within(Duration.ZERO)))
                .run(context -> {
                    context.getBean(HealthMonitor.class).startMonitoring();
                    scripted.health.tryEmitNext(snapshot(State.DOWN)).orThrow();
                    assertThat(context.getBean(EventLog.class).entries())
                            .extracting(Entry::text)
                            .anyMatch(text -> text.startsWith("Alert node-down: db1:5432, a primary, "));
                });
    }

    private static HealthSnapshot snapshot(State state) {
        Check check = new Check(HealthStatus.HEALTHY, "because");
        Performance none =
                new Performance(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, PoolMetrics.EMPTY);
        return new HealthSnapshot(
                HealthStatus.HEALTHY,
                Instant.EPOCH,
                new Checks(check, check, none),
                List.of(new Node("db1:5432", Role.PRIMARY, state, 1, 0, Duration.ZERO, PoolMetrics.EMPTY, "so it is")),
                List.of());
    }

    @Test
    void nobodyCancelsUnlessItIsOnAndSomebodyKnowsWhoMay() {
        ReactiveWebApplicationContextRunner bare =
                page.withClassLoader(new FilteredClassLoader("org.springframework.security"));

        page.withPropertyValues("evenkeel.page.cancel=false")
                .run(context -> assertThat(me(context)).contains("\"mayCancel\":false", "evenkeel.page.cancel=true"));
        page.run(context -> assertThat(me(context)).contains("\"mayCancel\":false", "role EVENKEEL_OPERATOR"));
        bare.run(context -> assertThat(me(context)).contains("\"mayCancel\":false", "without Spring Security"));
        bare.withBean(PageAuthorization.class, () -> who -> Mono.just(who == null))
                .run(context -> assertThat(me(context)).isEqualTo("{\"mayCancel\":true}"));
        bare.withBean(PageAuthorization.class, () -> who -> Mono.error(new IllegalStateException("no directory")))
                .run(context -> assertThat(me(context)).contains("\"mayCancel\":false"));
    }

    @Test
    void aRefusedRequestChangesNothingAndSaysWhy() {
        page.run(context -> {
            EntityExchangeResult<String> refused = client(context)
                    .post()
                    .uri("/actuator/evenkeel-live/cancel")
                    .contentType(MediaType.APPLICATION_JSON)
                    .header("Evenkeel-Page", "cancel")
                    .bodyValue("{\"id\":\"x\"}")
                    .exchange()
                    .expectStatus()
                    .isForbidden()
                    .expectBody(String.class)
                    .returnResult();
            assertThat(refused.getResponseBody()).contains("\"done\":false", "role EVENKEEL_OPERATOR");
        });
    }
}
