package dev.evenkeel.testkit;

import java.util.Optional;

/** Where {@link WithPostgres} gets its servers from. */
sealed interface PostgresSource permits EmbeddedSource, ExternalSource, ContainerSource {

    /** Why this source cannot serve {@code spec}, in words for whoever reads the report of skipped tests. */
    Optional<String> refusal(ClusterSpec spec, boolean isolated);

    PostgresCluster open(ClusterSpec spec);

    /** As the system properties say; without any of them, embedded. */
    static PostgresSource chosen() {
        String url = System.getProperty(ExternalSource.URL_PROPERTY);
        String image = System.getProperty(ContainerSource.IMAGE_PROPERTY);
        if (url != null && image != null) {
            throw new IllegalStateException("Both " + ExternalSource.URL_PROPERTY + " and "
                    + ContainerSource.IMAGE_PROPERTY + " are set: leave one out");
        }
        if (url != null) {
            return new ExternalSource(ServerAddress.parse(url));
        }
        return image == null ? new EmbeddedSource() : new ContainerSource(image);
    }

    /** What a single server that is not ours cannot do. */
    static Optional<String> refusalByForeignServer(String origin, ClusterSpec spec, boolean isolated) {
        if (isolated) {
            return Optional.of("needs a cluster of its own, but the tests share the " + origin);
        }
        if (spec.needsMoreThanOnePlainServer()) {
            return Optional.of("needs an embedded cluster for " + spec + ", but the tests run on the " + origin);
        }
        return Optional.empty();
    }
}
