package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClusterDirectoryTest {

    /** Another process tells: a lock of this one would not show to itself. */
    @Test
    void aSecondClusterOfTheSameJvmDoesNotGiveUpTheFirstOnesLock() throws IOException, InterruptedException {
        try (ClusterDirectory first = ClusterDirectory.create();
                ClusterDirectory second = ClusterDirectory.create()) {
            assertThat(second).isNotNull();
            assertThat(canBeLockedByAnotherProcess(first.resolve("owner.lock"))).isFalse();
        }
    }

    private static boolean canBeLockedByAnotherProcess(Path file) throws IOException, InterruptedException {
        Process other = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Locker.class.getName(),
                        file.toString()))
                .inheritIO()
                .start();
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return other.exitValue() == Locker.LOCKED;
    }

    /** Ends with a code that says whether the file could be locked. */
    static final class Locker {

        static final int LOCKED = 10;
        static final int REFUSED = 11;

        private Locker() {}

        public static void main(String[] file) throws IOException {
            try (java.nio.channels.FileChannel channel =
                    java.nio.channels.FileChannel.open(Path.of(file[0]), java.nio.file.StandardOpenOption.WRITE)) {
                System.exit(channel.tryLock() == null ? REFUSED : LOCKED);
            }
        }
    }
}
