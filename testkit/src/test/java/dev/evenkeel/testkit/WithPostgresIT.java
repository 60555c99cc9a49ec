package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.abortedWithReason;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

class WithPostgresIT {

    private static final List<PostgresCluster> SEEN = new ArrayList<>();

    private final Properties before = (Properties) System.getProperties().clone();

    @BeforeEach
    void beginWithEmbeddedServers() {
        SEEN.clear();
        System.clearProperty(ExternalSource.URL_PROPERTY);
        System.clearProperty(ContainerSource.IMAGE_PROPERTY);
    }

    @AfterEach
    void restoreProperties() {
        System.setProperties(before);
    }

    @Test
    void classesThatAskForTheSameShareOneClusterAndIsolatedOnesDoNot() {
        run(First.class, Second.class, Isolated.class)
                .testEvents()
                .assertStatistics(stats -> stats.succeeded(6).failed(0));

        assertThat(SEEN).hasSize(6);
        assertThat(SEEN.subList(0, 5)).containsOnly(SEEN.get(0));
        assertThat(SEEN.get(5)).isNotSameAs(SEEN.get(0));
        assertThat(SEEN)
                .allSatisfy(cluster -> assertThat(cluster.primary().role()).isEqualTo(NodeRole.UNREACHABLE));
    }

    @Test
    void brokenSharedClusterIsReplacedForTheNextClass() {
        run(Killing.class, First.class)
                .testEvents()
                .assertStatistics(stats -> stats.succeeded(5).failed(0));

        assertThat(SEEN.get(1)).isNotSameAs(SEEN.get(0));
    }

    @Test
    void externalServerServesPlainTestsAndSkipsTheOthersWithTheReason() {
        ClusterSpec spec =
                ClusterSpec.builder().user("guest", "p/w").database("visited").build();
        try (PostgresCluster external = PostgresCluster.start(spec)) {
            System.setProperty(ExternalSource.URL_PROPERTY, external.url(external.primary()));

            EngineExecutionResults results = run(First.class, Killing.class, Isolated.class, Replicated.class);

            results.testEvents().assertStatistics(stats -> stats.succeeded(4).aborted(1));
            results.testEvents()
                    .aborted()
                    .assertThatEvents()
                    .haveExactly(1, abortedWithReason(message(reason -> reason.startsWith("kill needs an embedded"))));
            results.containerEvents()
                    .aborted()
                    .assertThatEvents()
                    .haveExactly(1, abortedWithReason(message(reason -> reason.contains("a cluster of its own"))))
                    .haveExactly(1, abortedWithReason(message(reason -> reason.contains("replicas=1"))));
            PostgresCluster seen = SEEN.get(0);
            assertThat(seen.url(seen.primary())).isEqualTo(external.url(external.primary()));
            assertThat(external.primary().role()).isEqualTo(NodeRole.PRIMARY);
        }
    }

    @Test
    void containerServesPlainTestsOrIsSkippedBecauseNoDockerEngineAnswers() {
        System.setProperty(ContainerSource.IMAGE_PROPERTY, "postgres:18");

        EngineExecutionResults results = run(First.class);

        if (results.containerEvents().aborted().count() > 0) {
            results.containerEvents()
                    .aborted()
                    .assertThatEvents()
                    .haveExactly(1, abortedWithReason(message(reason -> reason.contains("no Docker engine answers"))));
        } else {
            results.testEvents().assertStatistics(stats -> stats.succeeded(4).failed(0));
        }
    }

    private static EngineExecutionResults run(Class<?>... classes) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(Stream.of(classes)
                        .map(type -> selectClass(type))
                        .toArray(org.junit.platform.engine.DiscoverySelector[]::new))
                .execute();
    }

    @WithPostgres
    static class First {

        @Test
        void hasAServer(PostgresCluster cluster) {
            SEEN.add(cluster);
            assertThat(cluster.primary().queryOne("select 1")).isEqualTo("1");
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void hasItForEachParameter(int parameter, PostgresCluster cluster) {
            SEEN.add(cluster);
        }

        @Nested
        class Inside {
            @Test
            void hasTheSame(PostgresCluster cluster) {
                SEEN.add(cluster);
            }
        }
    }

    @WithPostgres
    static class Second {

        private final PostgresCluster cluster;

        Second(PostgresCluster cluster) {
            this.cluster = cluster;
        }

        @Test
        void hasItFromItsConstructor() {
            SEEN.add(cluster);
        }
    }

    @WithPostgres(isolated = true)
    static class Isolated {
        @Test
        void hasOneOfItsOwn(PostgresCluster cluster) {
            SEEN.add(cluster);
        }
    }

    @WithPostgres
    static class Killing {
        @Test
        void kills(PostgresCluster cluster) {
            SEEN.add(cluster);
            cluster.kill(cluster.primary());
        }
    }

    @WithPostgres(replicas = 1)
    static class Replicated {
        @Test
        void hasAReplica(PostgresCluster cluster) {
            assertThat(cluster.replicas()).hasSize(1);
        }
    }
}
