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
 * The directory of this user under {@code java.io.tmpdir} that holds what is made once per machine (unpacked binaries,
 * initialised templates) and the data of running clusters. Set {@code -Djava.io.tmpdir} to move it.
 */
final class Workspace {

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
        String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9_.-]", "_");
        Path root = Path.of(System.getProperty("java.io.tmpdir"), "evenkeel-" + user)
                .toAbsolutePath();
        Files.createDirectories(root, FileTree.OWNER_ONLY);
        String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(root));
        if (!permissions.equals("rwx------") || !Files.isWritable(root)) {
            throw new IllegalStateException("The work directory " + root + " has permissions " + permissions
                    + " but must be writable and private to its user (rwx------):"
                    + " delete it, or choose another place with -Djava.io.tmpdir");
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
