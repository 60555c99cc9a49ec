package dev.evenkeel.migrations.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.migrations.LockMode;
import dev.evenkeel.migrations.TableEffect;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void recordsAreObjectsOfTheirComponents() {
        TableEffect effect = new TableEffect(
                "public.item", LockMode.ACCESS_EXCLUSIVE, true, false, List.of("a", "b"), List.of(), 3, null, 8192L);

        assertThat(Json.of(effect))
                .isEqualTo(
                        "{\"table\":\"public.item\",\"lock\":\"ACCESS_EXCLUSIVE\",\"rewritten\":true,\"scanned\":false,"
                                + "\"indexes\":[\"a\",\"b\"],\"removed\":[],\"rowsChanged\":3,\"liveRows\":null,\"liveBytes\":8192}");
    }

    @Test
    void whateverIsInATextComesOutAsIt() {
        assertThat(Json.of("a\"b\\c\n\t\r\u0001 ü€")).isEqualTo("\"a\\\"b\\\\c\\n\\t\\r\\u0001 ü€\"");
    }

    @Test
    void timesAreNumbersOfMillisecondsAndMomentsAreTexts() {
        assertThat(Json.of(
                        Arrays.asList(Duration.ofSeconds(2), Instant.EPOCH, Path.of("a", "b"), null, Map.of("k", 1L))))
                .isEqualTo("[2000,\"1970-01-01T00:00:00Z\",\"a/b\",null,{\"k\":1}]");
    }
}
