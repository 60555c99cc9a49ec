package dev.evenkeel.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Signals to a server and all its backends; these are sessions of their own, so the process group misses them. */
final class ProcessTree {

    private static final Duration SIGNAL_DEADLINE = Duration.ofSeconds(10);

    private final ProcessHandle root;

    ProcessTree(ProcessHandle root) {
        this.root = root;
    }

    /** Stops everything; the root first, so that it cannot start a backend that would be missed. */
    Set<ProcessHandle> stop() {
        signal("STOP", List.of(root));
        Set<ProcessHandle> stopped = new LinkedHashSet<>();
        for (Set<ProcessHandle> fresh = descendants(); stopped.addAll(fresh); fresh = descendants()) {
            signal("STOP", fresh);
        }
        return stopped;
    }

    void resume() {
        List<ProcessHandle> all = new ArrayList<>(descendants());
        all.add(root);
        signal("CONT", all);
    }

    /** SIGKILL to everything; returns once nothing of it runs any more. */
    void kill() {
        Set<ProcessHandle> backends = stop();
        root.destroyForcibly();
        backends.forEach(ProcessHandle::destroyForcibly);
        Await.until(
                "end of killed server " + root.pid(),
                SIGNAL_DEADLINE,
                () -> "",
                () -> backends.stream().noneMatch(ProcessTree::runs) && !runs(root));
    }

    void signal(String name) {
        signal(name, List.of(root));
    }

    private Set<ProcessHandle> descendants() {
        return root.descendants().collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static void signal(String name, Iterable<ProcessHandle> processes) {
        StringBuilder command = new StringBuilder("kill -").append(name);
        processes.forEach(process -> command.append(' ').append(process.pid()));
        try {
            // The shell has kill built in; slim images lack the program. Processes that are gone already are fine.
            Process shell = new ProcessBuilder("sh", "-c", command + " 2>/dev/null").start();
            if (!shell.waitFor(SIGNAL_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                shell.destroyForcibly();
                throw new IllegalStateException("No end of: " + command);
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot run: " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while running: " + command, e);
        }
    }

    /** A zombie holds nothing any more, but some init processes reap orphans only after seconds. */
    private static boolean runs(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException notLinuxOrGone) {
            return process.isAlive();
        }
    }
}
