package dev.evenkeel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One PostgreSQL server as a child of this JVM: started, stopped, killed and hung. Thread-safe. */
final class ServerProcess {

    private static final Duration START_DEADLINE = Duration.ofSeconds(60);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(20);
    private static final int STATUS_LINE = 7;

    private final String name;
    private final int port;
    private final PostgresBinaries binaries;
    private final DataDirectory data;
    private final Path log;
    private @Nullable Process process;
    private boolean hung;
    private boolean closed;

    ServerProcess(String name, int port, PostgresBinaries binaries, Path data) {
        this.name = name;
        this.port = port;
        this.binaries = binaries;
        this.data = new DataDirectory(data);
        this.log = data.resolveSibling(name + ".log");
    }

    DataDirectory data() {
        return data;
    }

    String logTail() {
        return "Log of " + name + ":\n" + PostgresCommand.tail(log);
    }

    synchronized boolean running() {
        return process != null && process.isAlive();
    }

    synchronized boolean answering() {
        return running() && !hung;
    }

    /** Starts the server and returns once it takes connections. */
    void start() {
        Process started = spawn();
        Await.until("start of " + name, START_DEADLINE, this::logTail, () -> {
            List<String> lines = data.pidFile();
            if (lines.size() > STATUS_LINE && lines.get(STATUS_LINE).startsWith("ready")) {
                return true;
            }
            if (!started.isAlive()) {
                throw new Await.HopelessException("the server ended with " + started.exitValue());
            }
            return false;
        });
    }

    private synchronized Process spawn() {
        if (closed) {
            throw new IllegalStateException("The cluster of " + name + " is closed: start a new one");
        }
        if (running()) {
            throw new IllegalStateException(name + " is running already: stop or kill it first");
        }
        try {
            // What a killed server leaves would look like that of a running one.
            data.deletePidFile();
            List<String> command = List.of(
                    binaries.program("postgres").toString(),
                    "-D",
                    data.path().toString(),
                    "-p",
                    String.valueOf(port),
                    "-k",
                    "",
                    "-c",
                    "listen_addresses=" + PostgresNode.LOOPBACK,
                    "-c",
                    "cluster_name=" + name);
            Process started = PostgresCommand.start(command, log);
            process = started;
            hung = false;
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start " + name, e);
        }
    }

    /** SIGKILL to the whole server: nothing is flushed, no client is told. Without effect if it does not run. */
    synchronized void kill() {
        if (process == null || !process.isAlive()) {
            return;
        }
        tree(process).kill();
        hung = false;
        try {
            SharedMemory.removeSegmentOf(data.pidFile());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the pid file of " + name, e);
        }
    }

    /** SIGSTOP to the whole server: its kernel side still takes connections, nobody answers. */
    synchronized void hang() {
        tree(runningProcess()).stop();
        hung = true;
    }

    synchronized void resume() {
        tree(runningProcess()).resume();
        hung = false;
    }

    /** A fast shutdown: open transactions are rolled back, clients are told, replicas get all WAL. */
    void stop() {
        Process stopping = signal("INT");
        if (stopping != null && !ended(stopping, STOP_DEADLINE)) {
            throw new IllegalStateException(name + " did not stop within " + STOP_DEADLINE + "\n" + logTail());
        }
    }

    /** Asks for an immediate end, for good; {@link #awaitEnd} completes it. */
    synchronized void beginClose() {
        closed = true;
        signal("QUIT");
    }

    void awaitEnd(Duration patience) {
        Process ending;
        synchronized (this) {
            ending = process;
        }
        if (ending != null && !ended(ending, patience)) {
            kill();
        }
    }

    private synchronized @Nullable Process signal(String signal) {
        if (process == null || !process.isAlive()) {
            return null;
        }
        if (hung) {
            resume();
        }
        tree(process).signal(signal);
        return process;
    }

    private static boolean ended(Process process, Duration deadline) {
        try {
            return process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Process runningProcess() {
        if (process == null || !process.isAlive()) {
            throw new IllegalStateException(name + " does not run: restart it first\n" + logTail());
        }
        return process;
    }

    private static ProcessTree tree(Process process) {
        return new ProcessTree(process.toHandle());
    }
}
