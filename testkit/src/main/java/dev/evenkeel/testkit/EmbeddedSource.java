package dev.evenkeel.testkit;

import java.util.Optional;

/** Servers of the test kit's own, which can be anything a spec asks for. */
record EmbeddedSource() implements PostgresSource {

    @Override
    public Optional<String> refusal(ClusterSpec spec, boolean isolated) {
        return Optional.empty();
    }

    @Override
    public PostgresCluster open(ClusterSpec spec) {
        return PostgresCluster.start(spec);
    }
}
