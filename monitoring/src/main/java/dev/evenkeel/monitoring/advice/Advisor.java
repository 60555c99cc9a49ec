package dev.evenkeel.monitoring.advice;

import dev.evenkeel.monitoring.AdviceConfig;
import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.Recommendation.Severity;
import dev.evenkeel.monitoring.advice.Advice.Skipped;
import dev.evenkeel.monitoring.session.Question;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Readable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Asks a server all rules, one after the other, so that it never works on more than one of them. A rule that the server refuses
 * does not keep the others from being asked; a lost connection does, and is an error. Reads catalogs and statistics only.
 * Immutable, thread-safe.
 */
public final class Advisor {

    /** Names are shown with their schema, and nobody waits for long on our account. */
    private static final String SETTINGS =
            "set search_path = pg_catalog; set statement_timeout = '5s'; set lock_timeout = '100ms'; set jit = off";

    private final Map<Rule, String> rules = new LinkedHashMap<>();
    private final String usedIndexes = Rule.read("used-indexes");

    /** Reads the rules from the jar, so it is not for an event loop. */
    public Advisor(AdviceConfig config) {
        Rule.ALL.forEach(rule -> rules.put(rule, rule.sql(config)));
    }

    /** What should be changed on the server of this session, which is left with other settings. */
    public Mono<Advice> advise(Connection connection) {
        return Question.of(SETTINGS)
                .run(connection)
                .then(Question.version(connection))
                .flatMapMany(version -> Flux.fromIterable(rules.entrySet())
                        .filter(rule -> rule.getKey().fits(version))
                        .concatMap(rule -> ask(connection, rule.getKey(), rule.getValue())))
                .reduce(new Advice(List.of(), List.of()), Advisor::together);
    }

    /** Which indexes are in use on the server of this session, each as a rule names it. */
    public Flux<String> usedIndexes(Connection connection) {
        return Question.of(usedIndexes).ask(connection, row -> text(row, 0));
    }

    private static Mono<Advice> ask(Connection connection, Rule rule, String sql) {
        return Question.of(sql)
                .ask(connection, row -> recommendation(rule.name(), row))
                .collectList()
                .map(found -> new Advice(found, List.of()))
                .onErrorResume(
                        R2dbcException.class,
                        failed -> Question.isRefusal(failed) ? Mono.just(skipped(rule, failed)) : Mono.error(failed));
    }

    private static Advice skipped(Rule rule, R2dbcException refused) {
        return new Advice(List.of(), List.of(new Skipped(rule.name(), String.valueOf(refused.getSqlState()))));
    }

    private static Advice together(Advice sum, Advice next) {
        List<Recommendation> found = new ArrayList<>(sum.found());
        found.addAll(next.found());
        List<Skipped> skipped = new ArrayList<>(sum.skipped());
        skipped.addAll(next.skipped());
        return new Advice(found, skipped);
    }

    private static Recommendation recommendation(String rule, Readable row) {
        String[] pairs = Objects.requireNonNull(row.get("evidence", String[].class));
        Map<String, String> evidence = new LinkedHashMap<>();
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            evidence.put(pairs[i], String.valueOf(pairs[i + 1]));
        }
        return new Recommendation(
                rule,
                Severity.valueOf(text(row, "severity")),
                text(row, "object"),
                text(row, "summary"),
                evidence,
                text(row, "impact"),
                List.of(Objects.requireNonNull(row.get("remedy", String[].class))));
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class));
    }

    private static String text(Readable row, int column) {
        return Objects.requireNonNull(row.get(column, String.class));
    }
}
