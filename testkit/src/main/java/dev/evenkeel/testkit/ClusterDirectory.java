package dev.evenkeel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one cluster. Its JVM keeps a lock on it, which the operating system drops however the JVM ends; so the
 * next JVM can tell what a killed one left behind, ends those servers and deletes their files.
 */
final class ClusterDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterDirectory.class);
    private static final String LOCK_FILE = "owner.lock";

    /**
     * Those of this JVM must not be tried: POSIX drops all locks that a process has on a file when it closes any of its
     * descriptors for it, and the next JVM would take a living cluster for an abandoned one.
     */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel ownership;

    private ClusterDirectory(Path path, FileChannel ownership) {
        this.path = path;
        this.ownership = ownership;
    }

    static ClusterDirectory create() throws IOException {
        return Workspace.locked("clusters", root -> {
            Path clusters = Workspace.clusters();
            sweep(clusters);
            Path path = Files.createTempDirectory(clusters, "cluster-", FileTree.OWNER_ONLY);
            FileChannel channel =
                    FileChannel.open(path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
            OWN.add(path);
            return new ClusterDirectory(path, channel);
        });
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() {
        try {
            FileTree.delete(path);
            ownership.close();
            OWN.remove(path);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + path, e);
        }
    }

    private static void sweep(Path clusters) throws IOException {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(clusters)) {
            for (Path candidate : candidates) {
                if (abandoned(candidate)) {
                    LOG.info("Removing {}, left behind by a JVM that was killed", candidate.getFileName());
                    endServers(candidate);
                    FileTree.delete(candidate);
                }
            }
        }
    }

    private static boolean abandoned(Path directory) throws IOException {
        if (OWN.contains(directory)) {
            return false;
        }
        Path lockFile = directory.resolve(LOCK_FILE);
        if (!Files.exists(lockFile)) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        }
    }

    private static void endServers(Path directory) throws IOException {
        try (DirectoryStream<Path> nodes = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path data : nodes) {
                List<String> lines = new DataDirectory(data).pidFile();
                if (!lines.isEmpty()) {
                    ProcessHandle.of(Long.parseLong(lines.get(0).trim()))
                            // The id may belong to some other program by now.
                            .filter(process ->
                                    process.info().commandLine().orElse("").contains(data.toString()))
                            .ifPresent(process -> new ProcessTree(process).kill());
                    SharedMemory.removeSegmentOf(lines);
                }
            }
        }
    }
}
