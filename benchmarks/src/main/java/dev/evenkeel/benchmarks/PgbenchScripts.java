package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.Data;
import java.util.Map;
import java.util.Optional;

/**
 * What pgbench runs, by workload. The statements are those of everybody else: pgbench makes {@code $1} of {@code :id} again.
 *
 * @param name as the table calls it
 * @param operations how many there are in a script, by workload
 */
record PgbenchScripts(String name, Map<String, String> scripts, Map<String, Integer> operations) {

    /** Operations in one round trip. */
    private static final int PIPELINED_SELECTS = 25;

    private static final String ANY_ACCOUNT = "\\set id random(1, %d)\n".formatted(Data.ACCOUNTS);
    private static final String SELECT = ANY_ACCOUNT + statement(Data.POINT_SELECT);
    private static final String SELECTS = pipelined(SELECT.repeat(PIPELINED_SELECTS));
    private static final String TRANSACTION =
            "begin;\n" + statement(Data.DEPOSIT) + statement(Data.BALANCE) + "commit;\n";

    /** One statement after the other. */
    static final PgbenchScripts PLAIN = new PgbenchScripts(
            "pgbench",
            Map.of(
                    Workload.POINT_SELECT, SELECT,
                    Workload.TRANSACTION, ANY_ACCOUNT + TRANSACTION,
                    Workload.PAGE, "\\set id 100\n" + statement(Data.PAGE)),
            Map.of());

    /** What belongs together leaves together, and is answered together. */
    static final PgbenchScripts PIPELINED = new PgbenchScripts(
            "pgbench pipelined",
            Map.of(
                    Workload.POINT_SELECT, SELECTS,
                    Workload.TRANSACTION, ANY_ACCOUNT + pipelined(TRANSACTION),
                    Workload.IN_ONE, ANY_ACCOUNT + pipelined(TRANSACTION)),
            Map.of(Workload.POINT_SELECT, PIPELINED_SELECTS));

    private static String statement(String sql) {
        return sql.replace("$1", ":id") + ";\n";
    }

    private static String pipelined(String script) {
        return "\\startpipeline\n" + script + "\\endpipeline\n";
    }

    Optional<String> of(Workload workload) {
        return Optional.ofNullable(scripts.get(workload.name()));
    }

    int operations(Workload workload) {
        return operations.getOrDefault(workload.name(), 1);
    }
}
