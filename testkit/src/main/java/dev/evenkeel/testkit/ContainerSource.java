package dev.evenkeel.testkit;

import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** A container of Testcontainers, which users of this source have to add to their class path. */
record ContainerSource(String image) implements PostgresSource {

    static final String IMAGE_PROPERTY = "evenkeel.test.container";

    @Override
    public Optional<String> refusal(ClusterSpec spec, boolean isolated) {
        try {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return Optional.of("no Docker engine answers, which " + IMAGE_PROPERTY + "=" + image + " needs");
            }
        } catch (NoClassDefFoundError e) {
            return Optional.of(
                    IMAGE_PROPERTY + " needs org.testcontainers:testcontainers-postgresql on the class path");
        }
        return PostgresSource.refusalByForeignServer(origin(), spec, isolated);
    }

    @Override
    public PostgresCluster open(ClusterSpec spec) {
        PostgreSQLContainer container = new PostgreSQLContainer(
                        DockerImageName.parse(image).asCompatibleSubstituteFor("postgres"))
                .withDatabaseName(spec.database())
                .withUsername(spec.user())
                .withCommand(
                        "postgres",
                        "-c",
                        "fsync=off",
                        "-c",
                        "max_connections=200",
                        "-c",
                        "shared_preload_libraries=pg_stat_statements,auto_explain");
        container.start();
        ServerAddress address = new ServerAddress(
                container.getHost(),
                container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                container.getDatabaseName(),
                container.getUsername(),
                container.getPassword(),
                "");
        return PostgresCluster.ofForeignServer(address, origin(), container);
    }

    private String origin() {
        return "container " + image + " (" + IMAGE_PROPERTY + ")";
    }
}
