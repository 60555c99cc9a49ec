package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.await;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.spring.app.NotesApplication;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** The application of {@link NotesFixture} with users and the page, on a primary and two replicas. */
@WithPostgres(replicas = 2, pooledSessions = 10)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PageFixture {

    static final String PAGE = "/actuator/evenkeel-live";
    /** A literal of a statement: the page must not show it. */
    static final String SECRET = "top secret";

    final PostgresCluster cluster;
    final List<AdministrativeAction> audit = new CopyOnWriteArrayList<>();
    ConfigurableApplicationContext context;
    ReactiveDatabaseManager db;
    int port;

    PageFixture(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void start(LeakCheck leaks) {
        context = application("--server.port=0");
        db = context.getBean(ReactiveDatabaseManager.class);
        db.listen(new DatabaseListener() {
            @Override
            public void onAdministrativeAction(AdministrativeAction event) {
                audit.add(event);
            }
        });
        port = ((ReactiveWebServerApplicationContext) context).getWebServer().getPort();
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    ConfigurableApplicationContext application(String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "--spring.r2dbc.url=" + cluster.url(cluster.primary()),
                "--evenkeel.replicas="
                        + cluster.replicas().stream().map(PageFixture::name).collect(Collectors.joining(",")),
                "--spring.r2dbc.pool.max-size=6",
                "--evenkeel.pool.min-size=0",
                "--evenkeel.monitoring.probe-interval=100ms",
                "--evenkeel.page.enabled=true",
                "--evenkeel.page.cancel=true",
                "--spring.application.name=notes",
                "--spring.main.banner-mode=off"));
        settings.addAll(List.of(more));
        return new SpringApplication(NotesApplication.class, PageUsers.class).run(settings.toArray(String[]::new));
    }

    @AfterAll
    void stop() {
        context.close();
    }

    static String name(PostgresNode node) {
        return node.host() + ":" + node.port();
    }

    /** Some calls in each second, until it is disposed of. */
    Disposable traffic() {
        return Flux.interval(Duration.ofMillis(20))
                .onBackpressureDrop()
                .concatMap(i -> db.query("select count(*) from note where body <> '" + SECRET + "'")
                        .one(row -> row.get(0, Long.class))
                        .onErrorComplete())
                .subscribe();
    }

    /** Runs until somebody stops it; completes with the SQLSTATE that it ends with. */
    CompletableFuture<String> sleeper() {
        CompletableFuture<String> ended = db.query("select pg_sleep(60), '" + SECRET + "'")
                .one(row -> "finished")
                .onErrorResume(
                        dev.evenkeel.error.DatabaseException.class, e -> reactor.core.publisher.Mono.just(e.code()))
                .toFuture();
        await("it sleeps", () -> sleeping() == 1);
        return ended;
    }

    int sleeping() {
        return Integer.parseInt(cluster.primary()
                .queryOne("select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(60%'"
                        + " and pid <> pg_backend_pid()"));
    }

    void awaitServed(PostgresNode replica) {
        cluster.awaitStreaming(Duration.ofSeconds(30));
        await(
                "the replica serves",
                () -> db.healthCheck().block(Polling.PATIENCE).nodes().stream()
                        .anyMatch(node -> node.name().equals(name(replica))
                                && node.state() == dev.evenkeel.HealthSnapshot.State.UP));
    }
}
