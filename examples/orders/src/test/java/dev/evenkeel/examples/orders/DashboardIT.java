package dev.evenkeel.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.reactive.server.WebTestClient;

/** The shipped dashboard and rules, against what the example really says when it is scraped. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class DashboardIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern SERIES = Pattern.compile("^([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? ", Pattern.MULTILINE);
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"(?:[^\"\\\\]|\\\\.)*\"");
    /** A name that is neither a function nor a keyword nor a label. */
    private static final Pattern NAME = Pattern.compile("\\b((?:evenkeel|r2dbc|db)_\\w+)\\b(\\{[^}]*})?");

    private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(?:=~|!=|!~|=)\\s*\"");

    @Autowired
    private ReactiveDatabaseManager db;

    /** Series, each with the labels that it has. */
    private Map<String, Set<String>> scrape(int port) {
        String text = Objects.requireNonNull(WebTestClient.bindToServer()
                .baseUrl("http://localhost:" + port)
                .responseTimeout(PATIENCE)
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(16 << 20))
                .build()
                .get()
                .uri(ComposeTest.scraping().get("metrics_path").toString())
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
        Map<String, Set<String>> series = new TreeMap<>();
        SERIES.matcher(text)
                .results()
                .forEach(found -> series.computeIfAbsent(found.group(1), first -> new TreeSet<>())
                        .addAll(labels(found.group(2))));
        return series;
    }

    private static List<String> labels(String text) {
        return text == null
                ? List.of()
                : LABEL.matcher(text).results().map(found -> found.group(1)).toList();
    }

    private static String resource(String path) throws IOException {
        try (InputStream in = DashboardIT.class.getResourceAsStream("/dev/evenkeel/monitoring/" + path)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
        }
    }

    private static List<String> expressions() throws IOException {
        Stream<String> panels = Pattern.compile("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"")
                .matcher(resource("grafana/dashboard.json"))
                .results()
                .map(found -> found.group(1).replace("\\\"", "\""));
        Stream<String> rules = Pattern.compile("^ +expr: (.*)$", Pattern.MULTILINE)
                .matcher(resource("prometheus/rules.yml"))
                .results()
                .map(found -> found.group(1));
        return Stream.concat(panels, rules).toList();
    }

    /** What an expression asks for that is not there. */
    private static List<String> missing(String expression, Map<String, Set<String>> series) {
        List<String> missing = new ArrayList<>();
        Set<String> grouped = GROUPING.matcher(expression)
                .results()
                .flatMap(found -> Stream.of(found.group(1).split("\\s*,\\s*")))
                .collect(Collectors.toSet());
        List<MatchResult> names = NAME.matcher(GROUPING.matcher(expression).replaceAll("by ()"))
                .results()
                .filter(found -> !found.group(1).equals("db_query_summary"))
                .toList();
        assertThat(names).as(expression).isNotEmpty();
        for (MatchResult name : names) {
            Set<String> labels = series.get(name.group(1));
            if (labels == null) {
                missing.add(name.group(1));
                continue;
            }
            Set<String> wanted = new TreeSet<>(grouped);
            if (name.group(2) != null) {
                MATCHER.matcher(name.group(2)).results().forEach(found -> wanted.add(found.group(1)));
            }
            wanted.removeAll(labels);
            wanted.forEach(label -> missing.add(name.group(1) + " without " + label));
        }
        return missing;
    }

    @Test
    void everySeriesOfTheDashboardAndTheRulesIsThere(@LocalServerPort int port) throws IOException {
        db.query("select count(*) from pg_class").readOnly().one(row -> 1).block(PATIENCE);
        Map<String, Set<String>> series = scrape(port);

        assertThat(expressions()).hasSizeGreaterThan(40);
        assertThat(expressions().stream().flatMap(expression -> missing(expression, series).stream()))
                .isEmpty();
    }

    @Test
    void whatIsNotThereIsNoticed(@LocalServerPort int port) {
        Map<String, Set<String>> series = scrape(port);

        assertThat(missing("sum by (node) (rate(evenkeel_calls_total[5m]))", series))
                .containsExactly("evenkeel_calls_total");
        assertThat(missing("sum by (pool) (evenkeel_health{zone=\"a\"})", series))
                .containsExactly("evenkeel_health without pool", "evenkeel_health without zone");
    }
}
