package dev.evenkeel.testkit;

import java.util.Optional;

/** A server somebody else runs; it and its database stay as they are. */
record ExternalSource(ServerAddress address) implements PostgresSource {

    static final String URL_PROPERTY = "evenkeel.test.url";

    @Override
    public Optional<String> refusal(ClusterSpec spec, boolean isolated) {
        return PostgresSource.refusalByForeignServer(origin(), spec, isolated);
    }

    @Override
    public PostgresCluster open(ClusterSpec spec) {
        return PostgresCluster.ofForeignServer(address, origin(), () -> {});
    }

    private String origin() {
        return "external server " + address + " (" + URL_PROPERTY + ")";
    }
}
