package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ClusterSpecTest {

    @Test
    void specsThatAskForTheSameAreEqual() {
        assertThat(ClusterSpec.builder().replicas(2).setting("work_mem", "8MB").build())
                .isEqualTo(ClusterSpec.builder()
                        .setting("work_mem", "8MB")
                        .replicas(2)
                        .build());
        assertThat(ClusterSpec.withReplicas(2)).isNotEqualTo(ClusterSpec.single());
    }

    @Test
    void passwordIsNotPrinted() {
        assertThat(ClusterSpec.builder().user("clerk", "hidden").build().toString())
                .contains("clerk")
                .doesNotContain("hidden");
    }

    @Test
    void impossibleSpecsAreRefusedWithValueAndRange() {
        refused(ClusterSpec.builder().replicas(9), "replicas is 9 but must be 0 to 8");
        refused(ClusterSpec.builder().replicas(1).synchronous(2), "synchronous is 2 but must be 0 to replicas (1)");
        refused(ClusterSpec.builder().setting("max_connections", "20"), "max_connections is 20 but must be at least");
        refused(ClusterSpec.builder().database("drop table"), "database is \"drop table\" but must be");
        refused(ClusterSpec.builder().user("postgres", "x"), "name another user");
    }

    private static void refused(ClusterSpec.Builder builder, String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
