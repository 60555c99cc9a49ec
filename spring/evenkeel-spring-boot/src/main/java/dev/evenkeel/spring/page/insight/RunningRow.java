package dev.evenkeel.spring.page.insight;

import dev.evenkeel.monitoring.RunningQuery;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement that runs, or a transaction that does not. Immutable.
 *
 * @param id says which one, in a way that no other statement has: a process number alone is used again
 * @param age milliseconds
 * @param sql without literals; {@code null} when the rights do not show it
 */
record RunningRow(
        String id,
        String node,
        int pid,
        double age,
        String state,
        String application,
        String user,
        @Nullable String waitsFor,
        List<Integer> blockedBy,
        @Nullable String sql,
        boolean own) {

    RunningRow {
        blockedBy = List.copyOf(blockedBy);
    }

    static RunningRow of(RunningQuery query) {
        return new RunningRow(
                id(query),
                query.node(),
                query.pid(),
                query.age().toMillis(),
                query.state(),
                query.application(),
                query.user(),
                query.waitsFor(),
                query.blockedBy(),
                query.sql() == null ? null : Texts.shortened(query.sql()),
                query.own());
    }

    static String id(RunningQuery query) {
        return "%s/%d/%d/%d".formatted(query.node(), query.pid(), micros(query.sessionBegan()), micros(query.began()));
    }

    private static long micros(OffsetDateTime time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant());
    }
}
