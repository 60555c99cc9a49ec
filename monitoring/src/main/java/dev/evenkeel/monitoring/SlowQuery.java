package dev.evenkeel.monitoring;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement that takes more than its share. Immutable.
 *
 * @param fingerprint the same for all texts that differ in literals only
 * @param summary such as {@code SELECT orders}
 * @param sql its text without literals
 * @param client as this application saw it; {@code null} when it never sent it
 * @param servers as the servers saw it; empty without pg_stat_statements
 * @param share of the time that all statements took together, 0 to 1
 * @param reasons why it is listed, in words
 */
public record SlowQuery(
        String fingerprint,
        String summary,
        String sql,
        @Nullable ClientTimes client,
        List<ServerTimes> servers,
        double share,
        List<String> reasons) {

    public SlowQuery {
        servers = List.copyOf(servers);
        reasons = List.copyOf(reasons);
    }
}
