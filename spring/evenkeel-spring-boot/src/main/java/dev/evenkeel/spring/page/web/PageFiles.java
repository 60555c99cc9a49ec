package dev.evenkeel.spring.page.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.MediaType;
import org.springframework.util.DigestUtils;
import org.springframework.util.StringUtils;

/** The files of the page, and no others. Read once, at the start, so that no event loop reads a file. */
final class PageFiles {

    static final String INDEX = "index.html";

    private static final String FOLDER = "dev/evenkeel/spring/page/";
    private static final String WEB_JAR = "classpath*:META-INF/resources/webjars/uplot/*/dist/";
    private static final List<String> OWN = List.of(
            INDEX,
            "live.css",
            "live.js",
            "board.js",
            "charts.js",
            "nodes.js",
            "tables.js",
            "cancel.js",
            "dom.js",
            "icon.svg");

    private static final Map<String, MediaType> TYPES = Map.of(
            "html", new MediaType("text", "html", StandardCharsets.UTF_8),
            "js", new MediaType("text", "javascript", StandardCharsets.UTF_8),
            "css", new MediaType("text", "css", StandardCharsets.UTF_8),
            "svg", new MediaType("image", "svg+xml"));

    private final Map<String, PageFile> files = new HashMap<>();

    /** One file, whose {@code tag} changes with its content. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares files, and the response takes them as they are
    record PageFile(byte[] content, MediaType type, String tag) {}

    PageFiles() {
        OWN.forEach(name -> put(name, new ClassPathResource(FOLDER + name)));
        found("uPlot.esm.js").forEach(script -> put("uplot.js", script));
        found("uPlot.min.css").forEach(style -> put("uplot.css", style));
        // A page that asks for a style that is not there is told so in a console that nobody reads.
        files.putIfAbsent("uplot.css", file("uplot.css", new byte[0]));
    }

    /** Charts are a dependency that an application may leave out. */
    private static List<Resource> found(String name) {
        try {
            return List.of(new PathMatchingResourcePatternResolver().getResources(WEB_JAR + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(String name, Resource resource) {
        try {
            files.put(name, file(name, resource.getContentAsByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PageFile file(String name, byte[] content) {
        return new PageFile(
                content,
                Objects.requireNonNull(TYPES.get(StringUtils.getFilenameExtension(name))),
                '"' + DigestUtils.md5DigestAsHex(content) + '"');
    }

    /** By its name, or {@code null}. */
    @Nullable
    PageFile get(String name) {
        return files.get(name);
    }
}
