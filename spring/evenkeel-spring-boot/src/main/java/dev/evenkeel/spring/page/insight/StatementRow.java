package dev.evenkeel.spring.page.insight;

import dev.evenkeel.monitoring.ClientTimes;
import dev.evenkeel.monitoring.SlowQuery;
import dev.evenkeel.spring.page.Millis;
import java.util.List;
import java.util.Objects;

/**
 * What a statement took lately, as this application saw it. Times are milliseconds. Immutable.
 *
 * @param sql without literals
 * @param errors executions that failed; those whose caller went away are not among them
 * @param share of the time that all statements took together, 0 to 1
 * @param reasons what is wrong with it, in words
 */
record StatementRow(
        String id,
        String summary,
        String sql,
        long calls,
        double total,
        double mean,
        double p99,
        long rows,
        long errors,
        double share,
        List<String> reasons) {

    StatementRow {
        reasons = List.copyOf(reasons);
    }

    static StatementRow of(SlowQuery query) {
        ClientTimes times = Objects.requireNonNull(query.client());
        return new StatementRow(
                query.fingerprint(),
                query.summary(),
                Texts.shortened(query.sql()),
                times.calls(),
                Millis.of(times.total()),
                Millis.of(times.mean()),
                Millis.of(times.p99()),
                times.rows(),
                times.errors().entrySet().stream()
                        .filter(error -> !error.getKey().equals("cancelled"))
                        .mapToLong(error -> error.getValue())
                        .sum(),
                query.share(),
                query.reasons());
    }
}
