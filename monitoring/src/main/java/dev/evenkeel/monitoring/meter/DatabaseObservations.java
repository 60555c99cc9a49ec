package dev.evenkeel.monitoring.meter;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.event.StatementStarted;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import reactor.core.Disposable;

/**
 * Makes an observation of each statement, so that tracing has a span of it, under the observation of the Reactor Context. Costs more
 * than {@link DatabaseMeters}, and gives the same times: use it for traces.
 */
public final class DatabaseObservations implements DatabaseListener {

    /** Where Micrometer's context propagation keeps the current observation. */
    private static final String PARENT = "micrometer.observation";

    private final ObservationRegistry registry;
    private final ObservationConvention<StatementContext> convention;
    private final Map<String, NodeConfig> nodes;
    /** As many as there are statements under way, which the pools bound. */
    private final ConcurrentMap<Long, Observation> open = new ConcurrentHashMap<>();

    private DatabaseObservations(
            ReactiveDatabaseManager db,
            ObservationRegistry registry,
            ObservationConvention<StatementContext> convention) {
        this.registry = registry;
        this.convention = convention;
        this.nodes = db.config().nodes().stream().collect(Collectors.toMap(NodeConfig::name, Function.identity()));
    }

    /** With the names of OpenTelemetry, until the result is disposed of. */
    public static Disposable bind(ReactiveDatabaseManager db, ObservationRegistry registry) {
        return bind(db, registry, new StatementConvention());
    }

    public static Disposable bind(
            ReactiveDatabaseManager db,
            ObservationRegistry registry,
            ObservationConvention<StatementContext> convention) {
        return registry.isNoop() ? () -> {} : db.listen(new DatabaseObservations(db, registry, convention));
    }

    @Override
    public boolean wantsStatements() {
        return true;
    }

    @Override
    public boolean wantsStatementStarts() {
        return true;
    }

    @Override
    public void onStatementStarted(StatementStarted event) {
        NodeConfig node = nodes.get(event.node());
        if (node == null) {
            return;
        }
        StatementContext context = new StatementContext(event.sql(), node.host(), node.port(), node.database());
        Observation observation = Observation.createNotStarted(convention, () -> context, registry);
        event.context().<Observation>getOrEmpty(PARENT).ifPresent(observation::parentObservation);
        open.put(event.id(), observation.start());
    }

    @Override
    public void onStatementCompleted(StatementCompleted event) {
        Observation observation = open.remove(event.id());
        if (observation == null) {
            return;
        }
        if (observation.getContext() instanceof StatementContext context) {
            context.completed(event);
        }
        if (event.outcome() == Outcome.FAILED) {
            observation.error(new StatementFailed(event.sqlState()));
        }
        observation.stop();
    }

    /** Tells a span that it has failed, without a message that could have values in it. */
    private static final class StatementFailed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        StatementFailed(@org.jspecify.annotations.Nullable String sqlState) {
            super("SQLSTATE " + sqlState, null, false, false);
        }
    }
}
