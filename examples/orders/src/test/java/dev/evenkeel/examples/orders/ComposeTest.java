package dev.evenkeel.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.yaml.snakeyaml.Yaml;

/** What compose.yaml and the files that it mounts refer to. It needs no Docker, so it does not show that the images like it. */
class ComposeTest {

    private final Map<String, Object> services =
            map(yaml(Path.of("compose.yaml")).get("services"));

    private static Map<String, Object> yaml(Path file) {
        try (Reader reader = Files.newBufferedReader(file)) {
            return new Yaml().load(reader);
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }

    /** Files of this machine by where a container has them. */
    private Map<String, Path> mounts(String service) {
        return list(map(services.get(service)).get("volumes")).stream()
                .map(volume -> volume.toString().split(":"))
                .collect(Collectors.toMap(parts -> parts[1], parts -> Path.of(parts[0])));
    }

    private Map<String, Object> mounted(String service, String place) {
        return yaml(mounts(service).get(place));
    }

    @Test
    void everyFileThatIsMountedExists() {
        Stream<Path> files = services.keySet().stream().flatMap(service -> mounts(service).values().stream());

        assertThat(files).hasSize(5).allMatch(Files::isRegularFile);
    }

    @Test
    void rulesAndDashboardAreTheShippedOnesWhereTheContainersLookForThem() {
        Path shipped = Path.of("../../monitoring/src/main/resources/dev/evenkeel/monitoring");
        Object rules = list(mounted("prometheus", "/etc/prometheus/prometheus.yml")
                        .get("rule_files"))
                .get(0);
        Map<String, Object> provider = map(list(mounted("grafana", "/etc/grafana/provisioning/dashboards/evenkeel.yml")
                        .get("providers"))
                .get(0));
        String dashboard = map(provider.get("options")).get("path") + "/evenkeel.json";

        assertThat(mounts("prometheus").get(rules)).isEqualTo(shipped.resolve("prometheus/rules.yml"));
        assertThat(mounts("grafana").get(dashboard)).isEqualTo(shipped.resolve("grafana/dashboard.json"));
        assertThat(map(map(services.get("grafana")).get("environment"))).containsValue(dashboard);
    }

    @Test
    void grafanaAsksThePrometheusBesideIt() {
        Map<String, Object> source = map(list(mounted("grafana", "/etc/grafana/provisioning/datasources/evenkeel.yml")
                        .get("datasources"))
                .get(0));

        URI url = URI.create(source.get("url").toString());
        assertThat(services).containsKey(url.getHost());
        assertThat(map(services.get(url.getHost())).get("ports").toString()).contains(":" + url.getPort() + "]");
    }

    @Test
    void prometheusScrapesWhereTheShopIs() throws IOException {
        Properties shop = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            shop.load(reader);
        }
        assertThat(shop).doesNotContainKeys("server.port", "management.server.port");

        assertThat(scraping().get("static_configs").toString())
                .contains("[host.docker.internal:" + new NettyReactiveWebServerFactory().getPort() + "]");
        assertThat(map(services.get("prometheus")).get("extra_hosts").toString())
                .contains("host.docker.internal:host-gateway");
    }

    /** {@code DashboardIT} scrapes there. */
    static Map<String, Object> scraping() {
        return map(list(yaml(Path.of("monitoring/prometheus.yml")).get("scrape_configs"))
                .get(0));
    }

    @Test
    void springBootLeavesItAlone() throws IOException {
        assertThat(Files.readAllLines(Path.of("src/main/resources/application.properties")))
                .contains("spring.docker.compose.enabled=false");
    }
}
