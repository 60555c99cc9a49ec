package dev.evenkeel.migrations.script;

import dev.evenkeel.migrations.MigrationConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Reads the {@code .sql} and {@code .conf} files of a folder on the disk, on the class path or in a jar. Blocks. */
final class Location {

    private Location() {}

    /** All files below the folder, in the order of their paths; none when there is no such folder. */
    static List<ScriptFile> files(String location) {
        try {
            return location.startsWith(MigrationConfig.FILESYSTEM)
                    ? onDisk(Path.of(location.substring(MigrationConfig.FILESYSTEM.length())))
                    : onClassPath(location.substring(MigrationConfig.CLASSPATH.length()));
        } catch (IOException | URISyntaxException e) {
            throw new UncheckedIOException("Cannot read the scripts of " + location, new IOException(e));
        }
    }

    private static List<ScriptFile> onClassPath(String folder) throws IOException, URISyntaxException {
        String path = folder.startsWith("/") ? folder.substring(1) : folder;
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context == null ? Location.class.getClassLoader() : context;
        List<ScriptFile> files = new ArrayList<>();
        for (URL url : Collections.list(loader.getResources(path))) {
            if (url.getProtocol().equals("file")) {
                files.addAll(onDisk(Path.of(new URI(url.toString().replace(" ", "%20")))));
            } else if (url.openConnection() instanceof JarURLConnection jar) {
                files.addAll(inJar(jar, path.endsWith("/") ? path : path + "/"));
            }
        }
        return files;
    }

    private static List<ScriptFile> onDisk(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<ScriptFile> files = new ArrayList<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(Files::isRegularFile).sorted().toList()) {
                String relative = folder.relativize(file).toString().replace('\\', '/');
                if (isWanted(relative)) {
                    files.add(new ScriptFile(relative, Files.readString(file)));
                }
            }
        }
        return files;
    }

    private static List<ScriptFile> inJar(JarURLConnection connection, String folder) throws IOException {
        // The cached file is shared with whoever reads from the same jar, and must not be closed.
        connection.setUseCaches(false);
        List<ScriptFile> files = new ArrayList<>();
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (!entry.isDirectory() && entry.getName().startsWith(folder) && isWanted(entry.getName())) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        files.add(new ScriptFile(
                                entry.getName().substring(folder.length()),
                                new String(in.readAllBytes(), StandardCharsets.UTF_8)));
                    }
                }
            }
        }
        return files;
    }

    private static boolean isWanted(String path) {
        return path.endsWith(".sql") || path.endsWith(".sql.conf");
    }
}
