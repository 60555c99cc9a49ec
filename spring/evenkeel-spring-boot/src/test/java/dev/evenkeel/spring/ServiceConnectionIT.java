package dev.evenkeel.spring;

import static dev.evenkeel.spring.Polling.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.ReactiveDatabaseManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.r2dbc.core.DatabaseClient;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** An application whose database is a container of Testcontainers, as Spring Boot's users write it for their tests. */
class ServiceConnectionIT {

    /** As for {@code @WithPostgres}. */
    private static final String IMAGE_PROPERTY = "evenkeel.test.container";

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        @ServiceConnection
        PostgreSQLContainer database() {
            return new PostgreSQLContainer(DockerImageName.parse(System.getProperty(IMAGE_PROPERTY))
                            .asCompatibleSubstituteFor("postgres"))
                    .withDatabaseName("shop");
        }
    }

    @BeforeEach
    void onlyWhereContainersRun() {
        assumeTrue(
                System.getProperty(IMAGE_PROPERTY) != null,
                "no container was asked for: -D" + IMAGE_PROPERTY + "=postgres:18 does, where a Docker engine is");
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "no Docker engine answers: nobody looks at @ServiceConnection");
    }

    @Test
    void theManagersServerIsTheContainer_whateverThePropertiesSay() {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        try (ConfigurableApplicationContext context = application.run(
                "--spring.r2dbc.url=r2dbc:postgresql://somebody:secret@elsewhere.invalid/other",
                "--evenkeel.migrations.enabled=false",
                "--evenkeel.pool.min-size=0",
                "--spring.main.banner-mode=off")) {
            PostgreSQLContainer container = context.getBean(PostgreSQLContainer.class);
            ReactiveDatabaseManager db = context.getBean(ReactiveDatabaseManager.class);

            assertThat(db.metrics().pools())
                    .containsOnlyKeys("%s:%d"
                            .formatted(
                                    container.getHost(), container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT)));
            assertThat(db.query("select current_database() || ' ' || current_user")
                            .one(row -> row.get(0, String.class))
                            .block(PATIENCE))
                    .isEqualTo("shop " + container.getUsername());
            assertThat(context.getBean(DatabaseClient.class)
                            .sql("select 1")
                            .mapValue(Integer.class)
                            .one()
                            .block(PATIENCE))
                    .isOne();
        }
    }
}
