package dev.evenkeel.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The Java in docs/spring.md is code that tests run, so it compiles and does what it says. */
class DocumentedCodeTest {

    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void eachBlockIsPartOfATestedClass() throws IOException {
        String tested = Files.readString(Path.of("src/test/java/dev/evenkeel/spring/app/Stock.java"));
        List<String> blocks = BLOCK.matcher(Files.readString(Path.of("../../docs/spring.md")))
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();

        assertThat(blocks).isNotEmpty().allSatisfy(block -> assertThat(tested).contains(block));
    }
}
