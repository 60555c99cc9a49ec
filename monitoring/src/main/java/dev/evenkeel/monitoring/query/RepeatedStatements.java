package dev.evenkeel.monitoring.query;

import dev.evenkeel.event.RequestScope;
import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.Recommendation.Severity;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the query that is executed once for each row of another one (N+1). What a request has executed is remembered in its
 * scope, and forgotten with it. Bounded; thread-safe.
 */
final class RepeatedStatements {

    /** Of one request; who executes more different queries than this has another problem. */
    private static final int MOST_OF_A_SCOPE = 256;

    private static final int MOST_FINDINGS = 200;
    private static final String QUERY = "select";

    private final int threshold;
    private final ConcurrentMap<Place, Finding> findings = new ConcurrentHashMap<>();

    RepeatedStatements(int threshold) {
        this.threshold = threshold;
    }

    void executed(RequestScope scope, StatementId id) {
        if (scope.isOneStatement() || !id.summary().regionMatches(true, 0, QUERY, 0, QUERY.length())) {
            return;
        }
        int times = scope.<Executions>attachment(this, Executions::new).next(id.fingerprint());
        if (times >= threshold) {
            Place place = new Place(scope.name(), id.fingerprint());
            if (findings.size() < MOST_FINDINGS || findings.containsKey(place)) {
                findings.computeIfAbsent(place, first -> new Finding(id, new AtomicInteger(), new AtomicInteger()))
                        .seen(times, times == threshold);
            }
        }
    }

    List<Recommendation> recommendations() {
        return findings.entrySet().stream()
                .map(entry -> entry.getValue().recommendation(entry.getKey(), threshold))
                .toList();
    }

    /** What was found is forgotten: it shows again if it happens again. */
    void forget() {
        findings.clear();
    }

    /** How often each query of one request was executed. The first one needs no map: most leases have no other. */
    private static final class Executions {

        private String first = "";
        private int times;
        private @Nullable Map<String, Integer> others;

        synchronized int next(String fingerprint) {
            if (first.isEmpty()) {
                first = fingerprint;
            }
            if (first.equals(fingerprint)) {
                return ++times;
            }
            if (others == null) {
                others = new HashMap<>();
            }
            return others.size() >= MOST_OF_A_SCOPE && !others.containsKey(fingerprint)
                    ? 0
                    : others.merge(fingerprint, 1, Integer::sum);
        }
    }

    private record Place(String scope, String fingerprint) {}

    private record Finding(StatementId id, AtomicInteger requests, AtomicInteger most) {

        void seen(int times, boolean first) {
            most.accumulateAndGet(times, Math::max);
            if (first) {
                requests.incrementAndGet();
            }
        }

        Recommendation recommendation(Place place, int threshold) {
            Map<String, String> evidence = new LinkedHashMap<>();
            evidence.put("request", place.scope());
            evidence.put("statement", id.masked());
            evidence.put("fingerprint", id.fingerprint());
            evidence.put("most executions in one request", String.valueOf(most.get()));
            evidence.put("requests with %d or more".formatted(threshold), String.valueOf(requests.get()));
            return new Recommendation(
                    "n-plus-one",
                    Severity.WARNING,
                    place.scope() + " " + id.fingerprint(),
                    "%s is executed up to %d times within '%s'".formatted(id.summary(), most.get(), place.scope()),
                    evidence,
                    "Each execution waits for the network. Fetch all rows at once: a join with the query that gives the keys, or"
                            + " '... where key = any($1)' with an array of them.",
                    List.of());
        }
    }
}
