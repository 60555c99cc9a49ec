package dev.evenkeel.monitoring.advice;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.monitoring.AdviceConfig;
import dev.evenkeel.monitoring.Threshold;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;

/**
 * One thing to look for: a query whose rows are the findings, each with {@code object, severity, summary, evidence, impact, remedy}.
 * It begins behind a common table expression {@code tables}. Immutable.
 *
 * @param id also the name of the file that holds its text
 * @param since first {@code server_version_num} that it is for
 * @param until first one that it is not for any more
 */
record Rule(String id, int since, int until) {

    private static final int ANY = 0;
    private static final int EVER = Integer.MAX_VALUE;
    private static final int CHECKPOINTER = 170_000;

    /** In the order in which they are asked. */
    static final List<Rule> ALL = Stream.concat(
                    Stream.of(
                                    "lock-queue",
                                    "idle-in-transaction",
                                    "long-running",
                                    "old-transaction",
                                    "prepared-transaction",
                                    "inactive-slot",
                                    "connections-near-limit",
                                    "unsafe-setting",
                                    "wraparound",
                                    "multixact-wraparound",
                                    "sequence-overflow",
                                    "invalid-index",
                                    "duplicate-index",
                                    "prefix-covered-index",
                                    "unused-index",
                                    "unindexed-foreign-key",
                                    "foreign-key-type-mismatch",
                                    "not-validated-constraint",
                                    "no-primary-key",
                                    "stale-statistics",
                                    "dead-rows",
                                    "autovacuum-disabled",
                                    "table-bloat",
                                    "index-bloat",
                                    "few-hot-updates",
                                    "cache-misses",
                                    "temporary-files")
                            .map(id -> new Rule(id, ANY, EVER)),
                    Stream.of(
                            new Rule("checkpoints-requested", ANY, CHECKPOINTER),
                            new Rule("checkpoints-requested-17", CHECKPOINTER, EVER)))
            .toList();

    boolean fits(int version) {
        return version >= since && version < until;
    }

    /** Without the version that its file may have in its name. */
    String name() {
        return id.replaceFirst("-\\d+$", "");
    }

    String sql(AdviceConfig config) {
        String text = read("tables") + read(id);
        for (Threshold threshold : Threshold.values()) {
            text = text.replace(
                    "{" + threshold.placeholder() + "}",
                    BigDecimal.valueOf(config.of(threshold)).toPlainString());
        }
        return text;
    }

    static String read(String file) {
        try (InputStream in = Rule.class.getResourceAsStream("/dev/evenkeel/monitoring/advice/" + file + ".sql")) {
            if (in == null) {
                throw new IllegalStateException("the rule " + file + " is missing from the jar");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
