package dev.evenkeel.spring.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.Profile;
import dev.evenkeel.config.TlsConfig.Mode;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.spring.EvenkeelCustomizer;
import dev.evenkeel.spring.ScriptedManager;
import dev.evenkeel.spring.transaction.EvenkeelTransactionAutoConfiguration;
import dev.evenkeel.spring.transaction.EvenkeelTransactionManager;
import dev.evenkeel.spring.transaction.SpringConnectionFactory;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.r2dbc.autoconfigure.DataR2dbcAutoConfiguration;
import org.springframework.boot.r2dbc.ConnectionFactoryDecorator;
import org.springframework.boot.r2dbc.autoconfigure.ConnectionFactoryOptionsBuilderCustomizer;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.data.r2dbc.core.R2dbcEntityTemplate;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.ReactiveTransactionManager;

class EvenkeelAutoConfigurationTest {

    private static final String URL = "spring.r2dbc.url=r2dbc:postgresql://app:secret@db1:5433/shop";

    private final ScriptedManager scripted = new ScriptedManager();

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    EvenkeelAutoConfiguration.class,
                    EvenkeelTransactionAutoConfiguration.class,
                    R2dbcAutoConfiguration.class,
                    R2dbcTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    DataR2dbcAutoConfiguration.class));

    private final ApplicationContextRunner runner =
            plain.withBean(ReactiveDatabaseManager.class, scripted::manager).withPropertyValues(URL);

    @Test
    void thereIsOneConnectionFactoryAndEverybodyUsesIt() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(ConnectionFactory.class).doesNotHaveBean(ConnectionPool.class);
            assertThat(context).getBean(ConnectionFactory.class).isInstanceOf(SpringConnectionFactory.class);
            assertThat(context)
                    .getBean(ReactiveTransactionManager.class)
                    .isInstanceOf(EvenkeelTransactionManager.class);
            assertThat(context).hasSingleBean(R2dbcEntityTemplate.class);
            assertThat(context.getBean(DatabaseClient.class).getConnectionFactory())
                    .isSameAs(context.getBean(ConnectionFactory.class));
        });
    }

    @Test
    void readsSpringsAndItsOwnProperties() {
        runner.withPropertyValues(
                        "spring.application.name=shop",
                        "spring.r2dbc.properties.statementTimeout=PT5S",
                        "spring.r2dbc.pool.max-size=7",
                        "spring.r2dbc.pool.max-life-time=20m",
                        "evenkeel.pool.max-lifetime=10m",
                        "evenkeel.replicas=db2,db3:5444,r2dbc:postgresql://reader:other@db4/shop",
                        "evenkeel.retry.max-attempts=2",
                        "evenkeel.monitoring.max-replica-lag=3s",
                        "evenkeel.tls.mode=verify-ca",
                        "evenkeel.call-timeout=7s")
                .run(context -> {
                    DatabaseConfig config = context.getBean(DatabaseConfig.class);
                    assertThat(config.nodes().stream().map(NodeConfig::name))
                            .containsExactly("db1:5433", "db2:5432", "db3:5444", "db4:5432");
                    assertThat(config.nodes().get(1).options().getValue(ConnectionFactoryOptions.PASSWORD))
                            .hasToString("secret");
                    assertThat(config.nodes().get(2).options().getValue(Option.valueOf("statementTimeout")))
                            .isEqualTo("PT5S");
                    assertThat(config.nodes().get(3).options().getValue(ConnectionFactoryOptions.USER))
                            .isEqualTo("reader");
                    assertThat(config.pool().maxSize()).isEqualTo(7);
                    assertThat(config.pool().maxLifetime()).isEqualTo(Duration.ofMinutes(10));
                    assertThat(config.retry().maxAttempts()).isEqualTo(2);
                    assertThat(config.monitoring().maxReplicaLag()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(config.tls()).extracting("mode").isEqualTo(Mode.VERIFY_CA);
                    assertThat(config.callTimeout()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(config.applicationName()).isEqualTo("shop");
                });
    }

    @Test
    void aProfileIsABeginningAndACheck() {
        runner.withPropertyValues("evenkeel.profile=staging", "evenkeel.replicas=db2", "evenkeel.pool.min-size=1")
                .run(context -> {
                    DatabaseConfig config = context.getBean(DatabaseConfig.class);
                    assertThat(config.pool().minSize()).isOne();
                    assertThat(config.pool().maxSize())
                            .isEqualTo(Profile.STAGING.pool().maxSize());
                });
        runner.withPropertyValues("evenkeel.profile=production")
                .run(context ->
                        assertThat(context).getFailure().rootCause().isInstanceOf(InvalidConfigurationException.class));
    }

    @Test
    void whoeverLowersOnlyTheMaximumNeedNotLowerTheMinimum() {
        runner.withPropertyValues("evenkeel.pool.max-size=2")
                .run(context -> assertThat(
                                context.getBean(DatabaseConfig.class).pool().minSize())
                        .isEqualTo(2));
    }

    @Test
    void connectionDetailsWinAsThoseOfTestcontainersDo() {
        runner.withBean(
                        R2dbcConnectionDetails.class,
                        () -> () -> ConnectionFactoryOptions.parse("r2dbc:postgresql://test:test@container:32768/test"))
                .withPropertyValues(
                        "spring.r2dbc.url=r2dbc:postgresql://elsewhere/shop",
                        "spring.r2dbc.username=somebody",
                        "evenkeel.replicas=container:32769")
                .run(context -> {
                    DatabaseConfig config = context.getBean(DatabaseConfig.class);
                    assertThat(config.nodes().stream().map(NodeConfig::name))
                            .containsExactly("container:32768", "container:32769");
                    assertThat(config.nodes()).allSatisfy(node -> {
                        assertThat(node.options().getValue(ConnectionFactoryOptions.USER))
                                .isEqualTo("test");
                        assertThat(node.options().getValue(ConnectionFactoryOptions.PASSWORD))
                                .hasToString("test");
                        assertThat(node.options().getValue(ConnectionFactoryOptions.DATABASE))
                                .isEqualTo("test");
                    });
                });
    }

    @Test
    void aPoolInTheUrlIsOurs() {
        runner.withPropertyValues("spring.r2dbc.url=r2dbc:pool:postgresql://app@db9/shop")
                .run(context -> assertThat(context.getBean(DatabaseConfig.class)
                                .nodes()
                                .get(0)
                                .name())
                        .isEqualTo("db9:5432"));
    }

    @Test
    void customizersComeLastAndDecoratorsAreApplied() {
        runner.withBean(EvenkeelCustomizer.class, () -> config -> config.applicationName("changed"))
                .withBean(
                        ConnectionFactoryOptionsBuilderCustomizer.class,
                        () -> options -> options.option(Option.valueOf("lockWaitTimeout"), "PT1S"))
                .withBean(ConnectionFactoryDecorator.class, () -> Decorated::new)
                .run(context -> {
                    DatabaseConfig config = context.getBean(DatabaseConfig.class);
                    assertThat(config.applicationName()).isEqualTo("changed");
                    assertThat(config.nodes().get(0).options().getValue(Option.valueOf("lockWaitTimeout")))
                            .isEqualTo("PT1S");
                    assertThat(context.getBean(SpringConnectionFactory.class).delegate())
                            .isInstanceOf(Decorated.class);
                });
    }

    private record Decorated(ConnectionFactory inner) implements ConnectionFactory {

        @Override
        public org.reactivestreams.Publisher<? extends io.r2dbc.spi.Connection> create() {
            return inner.create();
        }

        @Override
        public io.r2dbc.spi.ConnectionFactoryMetadata getMetadata() {
            return inner.getMetadata();
        }
    }

    @Test
    void backsOffWhenItIsDisabledOrTheApplicationHasItsOwn() {
        plain.withPropertyValues("evenkeel.enabled=false", "spring.r2dbc.url=r2dbc:postgresql://app@db/shop")
                .run(context -> {
                    assertThat(context).doesNotHaveBean(ReactiveDatabaseManager.class);
                    assertThat(context).hasSingleBean(ConnectionPool.class);
                    assertThat(context)
                            .getBean(ReactiveTransactionManager.class)
                            .isInstanceOf(R2dbcTransactionManager.class);
                });
        ConnectionFactory own = scripted.manager().connectionFactory();
        runner.withBean(ConnectionFactory.class, () -> own).run(context -> {
            assertThat(context).getBean(ConnectionFactory.class).isSameAs(own);
            assertThat(context).doesNotHaveBean(EvenkeelTransactionManager.class);
        });
    }

    @Test
    void theManagerIsShutDownAfterTheWebServerAndOnceMoreWithItsBean() {
        runner.run(context -> {
            EvenkeelLifecycle lifecycle = context.getBean(EvenkeelLifecycle.class);
            assertThat(lifecycle.isRunning()).isTrue();
            assertThat(lifecycle.isPauseable()).isFalse();
            assertThat(lifecycle.getPhase()).isLessThan(EvenkeelLifecycle.DEFAULT_PHASE - 2048);
            context.close();
            assertThat(lifecycle.isRunning()).isFalse();
        });
        assertThat(scripted.shutdowns).hasPositiveValue();
    }

    @Test
    void wrongSettingsAndServersThatDoNotAnswerStopTheStart() {
        for (Map.Entry<String, String> wrong : Map.of(
                        "evenkeel.pool.max-size=0", "pool.maxSize",
                        "evenkeel.replicas=two words", "replica[0]",
                        "evenkeel.start-timeout=0s", "startTimeout",
                        "spring.r2dbc.url=r2dbc:h2:mem:///shop", "primary")
                .entrySet()) {
            runner.withPropertyValues(wrong.getKey())
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOfSatisfying(
                                    InvalidConfigurationException.class,
                                    refused ->
                                            assertThat(refused.details()).containsEntry("setting", wrong.getValue())));
        }
        runner.withPropertyValues("spring.r2dbc.url=r2dbc:postgresql://app:secret@db1/shop?user=app")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationException.class)
                        .hasMessageNotContaining("secret"));
        plain.withPropertyValues("spring.r2dbc.url=r2dbc:postgresql://app@127.0.0.1:1/shop")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(NodeUnavailableException.class.getName()));
    }
}
