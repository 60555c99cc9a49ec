package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.PATIENCE;
import static dev.evenkeel.spring.Polling.await;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.spring.app.NoteRepository;
import dev.evenkeel.spring.app.Notes;
import dev.evenkeel.spring.app.NotesApplication;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.reactive.function.client.WebClient;

/** A plain WebFlux and Spring Data R2DBC application on a primary and a replica, one for all tests of a class. */
@WithPostgres(replicas = 1, pooledSessions = 10)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class NotesFixture {

    static final int CONNECTIONS = 6;

    final PostgresCluster cluster;
    ConfigurableApplicationContext context;
    ReactiveDatabaseManager db;
    Notes notes;
    NoteRepository repository;
    WebClient web;

    NotesFixture(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void start(LeakCheck leaks) {
        PostgresNode replica = cluster.replicas().get(0);
        context = new SpringApplication(NotesApplication.class)
                .run(
                        "--spring.r2dbc.url=" + cluster.url(cluster.primary()),
                        "--evenkeel.replicas=%s:%d".formatted(replica.host(), replica.port()),
                        "--spring.r2dbc.pool.max-size=" + CONNECTIONS,
                        "--evenkeel.pool.min-size=0",
                        "--evenkeel.monitoring.probe-interval=50ms",
                        "--evenkeel.web.read-token.enabled=true",
                        "--evenkeel.web.read-token.secret=0123456789abcdef",
                        "--spring.application.name=notes",
                        "--spring.main.banner-mode=off",
                        "--server.port=0",
                        "--management.endpoints.web.exposure.include=health,evenkeel,evenkeelcontrol",
                        "--management.endpoint.evenkeelcontrol.access=unrestricted",
                        "--management.endpoint.health.show-details=always",
                        "--management.endpoint.health.group.readiness.include=readinessState,evenkeel");
        db = context.getBean(ReactiveDatabaseManager.class);
        notes = context.getBean(Notes.class);
        repository = context.getBean(NoteRepository.class);
        int port =
                ((ReactiveWebServerApplicationContext) context).getWebServer().getPort();
        web = WebClient.create("http://localhost:" + port);
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterAll
    void stop() {
        context.close();
    }

    int primaryPort() {
        return cluster.primary().port();
    }

    int replicaPort() {
        return cluster.replicas().get(0).port();
    }

    void awaitReplicaServes() {
        await("the replica has caught up", () -> notes.reading(notes.port()).block(PATIENCE) == replicaPort());
    }

    long ids(String table) {
        return Long.parseLong(cluster.primary().queryOne("select count(*) from " + table));
    }
}
