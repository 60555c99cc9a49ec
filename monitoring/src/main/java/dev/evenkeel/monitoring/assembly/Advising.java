package dev.evenkeel.monitoring.assembly;

import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.advice.Advice;
import dev.evenkeel.monitoring.advice.Advisor;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Asks the primary for advice, and the replicas whether they use what seems to be of no use there. */
record Advising(Nodes nodes, Advisor advisor) {

    private static final Logger log = LoggerFactory.getLogger(Advising.class);
    private static final Set<String> MAY_BE_USED_ELSEWHERE = Set.of("unused-index", "prefix-covered-index");

    Flux<Recommendation> run() {
        return nodes.primary((node, connection) -> advisor.advise(connection))
                .doOnNext(Advising::report)
                .flatMapIterable(Advice::found)
                .collectList()
                .flatMapMany(found -> found.stream().anyMatch(Advising::mayBeUsedElsewhere)
                        ? usedOnReplicas()
                                .flatMapMany(used -> Flux.fromIterable(found)
                                        .filter(finding ->
                                                !mayBeUsedElsewhere(finding) || !used.contains(finding.object())))
                        : Flux.fromIterable(found));
    }

    private static boolean mayBeUsedElsewhere(Recommendation finding) {
        return MAY_BE_USED_ELSEWHERE.contains(finding.rule());
    }

    private Mono<Set<String>> usedOnReplicas() {
        return nodes.replicas((node, connection) -> advisor.usedIndexes(connection))
                .collect(HashSet::new, Set::add);
    }

    private static void report(Advice advice) {
        advice.skipped()
                .forEach(skipped ->
                        log.debug("The rule {} could not be asked: SQLSTATE {}", skipped.rule(), skipped.reason()));
    }
}
