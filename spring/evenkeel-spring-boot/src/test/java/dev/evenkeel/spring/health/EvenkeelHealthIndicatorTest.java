package dev.evenkeel.spring.health;

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
import dev.evenkeel.spring.ScriptedManager;
import dev.evenkeel.spring.config.EvenkeelAutoConfiguration;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.health.ConnectionFactoryHealthContributorAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class EvenkeelHealthIndicatorTest {

    private final ScriptedManager scripted = new ScriptedManager();
    private final HandClock clock = new HandClock();
    private final LatestSnapshot latest = new LatestSnapshot(scripted.manager(), clock);
    private final EvenkeelHealthIndicator indicator =
            new EvenkeelHealthIndicator(latest, Duration.ofSeconds(10), clock);

    private static final class HandClock extends Clock {

        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @BeforeEach
    void listen() {
        latest.afterPropertiesSet();
    }

    @AfterEach
    void stopListening() {
        latest.destroy();
    }

    private Health seen(State primary, State replica) {
        if (primary != null) {
            scripted.health.tryEmitNext(snapshot(primary, replica)).orThrow();
        }
        return Objects.requireNonNull(indicator.health().block());
    }

    private HealthSnapshot snapshot(State primary, State replica) {
        HealthStatus status = primary != State.UP ? HealthStatus.UNHEALTHY : HealthStatus.HEALTHY;
        Check check = new Check(status, "because");
        Performance performance =
                new Performance(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, PoolMetrics.EMPTY);
        return new HealthSnapshot(
                status,
                clock.instant(),
                new Checks(check, check, performance),
                List.of(node("db1:5432", Role.PRIMARY, primary), node("db2:5432", Role.REPLICA, replica)),
                List.of());
    }

    private static Node node(String name, Role role, State state) {
        return new Node(name, role, state, 1, 0, Duration.ZERO, PoolMetrics.EMPTY, "so it is");
    }

    @Test
    void isUnknownBeforeTheFirstSnapshotAndThenUpWithDetails() {
        assertThat(seen(null, null).getStatus()).isEqualTo(Status.UNKNOWN);

        Health health = seen(State.UP, State.UP);

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("database", HealthStatus.HEALTHY)
                .containsEntry("age", "0 ms")
                .containsKey("nodes");
    }

    @Test
    void staysUpWithoutAPrimaryAsLongAsReadsCanBeServed() {
        seen(State.DOWN, State.UP);
        clock.now = clock.now.plusSeconds(60);

        Health health = seen(State.DOWN, State.UP);

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("database", HealthStatus.UNHEALTHY);
    }

    @Test
    void isDownOnlyAfterNobodyHasAnsweredForSomeTimeAndUpWithTheFirstAnswer() {
        assertThat(seen(State.DOWN, State.DOWN).getStatus()).isEqualTo(Status.UP);
        clock.now = clock.now.plusSeconds(9);
        assertThat(seen(State.DOWN, State.DOWN).getStatus()).isEqualTo(Status.UP);
        clock.now = clock.now.plusSeconds(1);
        assertThat(seen(State.DOWN, State.DOWN).getStatus()).isEqualTo(Status.DOWN);

        assertThat(seen(State.UP, State.DOWN).getStatus()).isEqualTo(Status.UP);
        clock.now = clock.now.plusSeconds(60);
        assertThat(seen(State.DOWN, State.DOWN).getStatus()).as("counted anew").isEqualTo(Status.UP);
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withBean(ReactiveDatabaseManager.class, scripted::manager)
                .withBean(
                        io.r2dbc.spi.ConnectionFactory.class,
                        () -> scripted.manager().connectionFactory())
                .withPropertyValues("spring.r2dbc.url=r2dbc:postgresql://app@db1/shop")
                .withConfiguration(AutoConfigurations.of(
                        EvenkeelAutoConfiguration.class,
                        EvenkeelHealthAutoConfiguration.class,
                        R2dbcAutoConfiguration.class,
                        ConnectionFactoryHealthContributorAutoConfiguration.class));
    }

    @Test
    void replacesTheOneThatBorrowsAConnectionForEachQuestion() {
        runner().run(context -> assertThat(context)
                .hasSingleBean(ReactiveHealthContributor.class)
                .getBean("evenkeelHealthContributor")
                .isInstanceOf(EvenkeelHealthIndicator.class));
    }

    @Test
    void canBeSwitchedOff() {
        runner().withPropertyValues("management.health.evenkeel.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(EvenkeelHealthIndicator.class));
    }
}
