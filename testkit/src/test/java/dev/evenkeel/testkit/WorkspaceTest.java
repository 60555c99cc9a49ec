package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkspaceTest {

    private final String name = "test-" + UUID.randomUUID();

    @AfterEach
    void deleteEverything() throws IOException {
        for (String suffix : List.of("", ".lock", ".draft")) {
            FileTree.delete(Workspace.root().resolve(name + suffix));
        }
    }

    @Test
    void isMadeOnceHoweverManyAskAtTheSameTime() {
        AtomicInteger made = new AtomicInteger();

        List<Path> results = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> Workspace.madeOnce(name, draft -> {
                    made.incrementAndGet();
                    Files.writeString(draft.resolve("content"), "whole");
                }))
                .toList();

        assertThat(made).hasValue(1);
        assertThat(results)
                .allSatisfy(path -> assertThat(path.resolve("content")).hasContent("whole"));
    }

    @Test
    void whatWasHalfMadeIsMadeAgain() {
        assertThatThrownBy(() -> Workspace.madeOnce(name, draft -> {
                    Files.writeString(draft.resolve("half"), "");
                    throw new IOException("disk full");
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasRootCauseMessage("disk full");

        Path made = Workspace.madeOnce(name, draft -> Files.writeString(draft.resolve("content"), "whole"));

        assertThat(made.resolve("half")).doesNotExist();
        assertThat(made.resolve("content")).exists();
    }
}
