package dev.evenkeel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directories of this user: one under {@code java.io.tmpdir} that holds what is made once per machine (unpacked
 * binaries, initialised templates), and one for the data of running clusters, in memory where there is room. Set
 * {@code -Devenkeel.test.directory} to have everything elsewhere.
 */
final class Workspace {

    static final String DIRECTORY_PROPERTY = "evenkeel.test.directory";

    // Some clusters of three nodes, each with its WAL at the size where it is cut back.
    private static final long LEAST_MEMORY_BYTES = 2L << 30;

    private static final Object JVM_LOCK = new Object();

    private Workspace() {}

    @FunctionalInterface
    interface Action<T> {
        T run(Path root) throws IOException;
    }

    @FunctionalInterface
    interface Maker {
        void make(Path emptyDirectory) throws IOException;
    }

    static Path root() throws IOException {
        return ownedIn(System.getProperty(DIRECTORY_PROPERTY, System.getProperty("java.io.tmpdir")));
    }

    /**
     * Where clusters live. ext4 gets slow at making files where many have just been deleted, which is all that short
     * lived clusters do: a copy that takes 0.1 s in memory was seen to take over a second.
     */
    static Path clusters() throws IOException {
        Path memory = Path.of("/dev/shm");
        boolean roomy = System.getProperty(DIRECTORY_PROPERTY) == null
                && Files.isWritable(memory)
                && Files.getFileStore(memory).getUsableSpace() >= LEAST_MEMORY_BYTES;
        return Files.createDirectories(
                (roomy ? ownedIn(memory.toString()) : root()).resolve("clusters"), FileTree.OWNER_ONLY);
    }

    private static Path ownedIn(String parent) throws IOException {
        String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9_.-]", "_");
        Path root = Path.of(parent, "evenkeel-" + user).toAbsolutePath();
        Files.createDirectories(root, FileTree.OWNER_ONLY);
        String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(root));
        if (!permissions.equals("rwx------") || !Files.isWritable(root)) {
            throw new IllegalStateException("The work directory " + root + " has permissions " + permissions
                    + " but must be writable and private to its user (rwx------): delete it, or choose another place with"
                    + " -D" + DIRECTORY_PROPERTY);
        }
        return root;
    }

    /** Runs {@code action} while no other thread or JVM of this user runs one under the same name. */
    static <T> T locked(String name, Action<T> action) throws IOException {
        Path root = root();
        // A file lock belongs to the whole JVM, so threads need one of their own.
        synchronized (JVM_LOCK) {
            try (FileChannel channel = FileChannel.open(
                            root.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                assert lock.isValid();
                return action.run(root);
            }
        }
    }

    /**
     * The directory {@code name}, made by {@code maker} if it is not there yet. A maker that dies half-way leaves
     * nothing that others would take for complete.
     */
    static Path madeOnce(String name, Maker maker) {
        try {
            Path finished = root().resolve(name);
            return Files.isDirectory(finished) ? finished : locked(name, root -> make(finished, maker));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make " + name + " in the work directory", e);
        }
    }

    private static Path make(Path finished, Maker maker) throws IOException {
        if (!Files.isDirectory(finished)) {
            Path draft = finished.resolveSibling(finished.getFileName() + ".draft");
            FileTree.delete(draft);
            Files.createDirectory(draft, FileTree.OWNER_ONLY);
            maker.make(draft);
            Files.move(draft, finished, StandardCopyOption.ATOMIC_MOVE);
        }
        return finished;
    }
}
