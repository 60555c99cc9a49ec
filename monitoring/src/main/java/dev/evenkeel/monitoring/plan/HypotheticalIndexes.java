package dev.evenkeel.monitoring.plan;

import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.session.Question;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Asks the planner whether it would use a proposed index, where hypopg is installed: the index exists for this session only, and in its
 * plans only.
 */
public final class HypotheticalIndexes {

    private static final Logger log = LoggerFactory.getLogger(HypotheticalIndexes.class);

    /** An index that saves less than a fifth is not worth its writes. */
    private static final double WORTH_IT = 0.8;

    private HypotheticalIndexes() {}

    /** The proposal with the planner's cost for it; empty when the planner would not use it. As it is without hypopg. */
    public static Mono<Recommendation> verified(
            Connection connection, Recommendation proposal, Plan before, Mono<Plan> explainAgain) {
        return Question.schemaOf("hypopg", connection)
                .flatMap(schema -> create(connection, schema, proposal)
                        .then(explainAgain)
                        .map(after -> judged(proposal, before, after))
                        .onErrorResume(R2dbcException.class, failed -> {
                            log.debug(
                                    "hypopg could not judge {}: SQLSTATE {}", proposal.object(), failed.getSqlState());
                            return Mono.just(proposal);
                        })
                        .flatMap(judged -> Question.of("select " + schema + ".hypopg_reset()")
                                .run(connection)
                                .thenReturn(judged)))
                .defaultIfEmpty(proposal)
                .filter(judged -> !judged.remedy().isEmpty());
    }

    private static Recommendation judged(Recommendation proposal, Plan before, Plan after) {
        double costBefore = before.root().cost();
        double costAfter = after.root().cost();
        Map<String, String> evidence = new LinkedHashMap<>(proposal.evidence());
        evidence.put("cost of the statement now", "%.0f".formatted(costBefore));
        evidence.put("cost with the index (hypopg)", "%.0f".formatted(costAfter));
        return new Recommendation(
                proposal.rule(),
                proposal.severity(),
                proposal.object(),
                proposal.summary(),
                evidence,
                proposal.impact(),
                costAfter <= WORTH_IT * costBefore ? proposal.remedy() : java.util.List.of());
    }

    /** Hypothetical indexes are not built, so neither concurrently. */
    private static Mono<Void> create(Connection connection, String schema, Recommendation proposal) {
        String index = proposal.remedy().get(0).replace(" concurrently", "");
        return Question.of("select " + schema + ".hypopg_create_index($1)", index)
                .ask(connection, row -> 1)
                .then();
    }
}
