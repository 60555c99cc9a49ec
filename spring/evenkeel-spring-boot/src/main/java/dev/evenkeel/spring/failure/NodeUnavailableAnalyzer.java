package dev.evenkeel.spring.failure;

import dev.evenkeel.error.NodeUnavailableException;
import java.util.List;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A server that does not answer, or none that takes writes. */
final class NodeUnavailableAnalyzer extends AbstractFailureAnalyzer<NodeUnavailableException> {

    private static final String NO_PRIMARY = "NO_PRIMARY";

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NodeUnavailableException cause) {
        String first = NO_PRIMARY.equals(cause.code())
                ? "name the primary in spring.r2dbc.url or evenkeel.replicas, or set evenkeel.allow-replica-only-start=true"
                : "check spring.r2dbc.url and evenkeel.replicas, and that the servers are up";
        return new FailureAnalysis(
                "The database cannot be used. " + cause.summary(),
                Remedies.of(
                        NO_PRIMARY.equals(cause.code()) ? List.of(first) : Remedies.with(first, cause.suggestions())),
                cause);
    }
}
