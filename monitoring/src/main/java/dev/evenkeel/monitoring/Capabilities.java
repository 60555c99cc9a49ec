package dev.evenkeel.monitoring;

import java.util.List;

/**
 * What can be seen of one server with the rights that there are. Immutable.
 *
 * @param node {@code host:port}
 * @param serverVersion such as {@code 180006}
 * @param statementStatistics whether pg_stat_statements can be read
 * @param statisticsOfOthers whether statements and sessions of other roles are shown
 * @param signalOthers whether sessions of other roles can be cancelled
 * @param genericPlans whether {@code EXPLAIN (GENERIC_PLAN)} is there; plans are asked for in another way otherwise
 * @param executedPlans whether auto_explain sends the plans of slow statements to the client
 * @param hypotheticalIndexes whether hypopg is installed
 * @param ioTiming whether reads and writes are timed
 * @param missing what is not there, why, and what would bring it
 */
public record Capabilities(
        String node,
        int serverVersion,
        boolean statementStatistics,
        boolean statisticsOfOthers,
        boolean signalOthers,
        boolean genericPlans,
        boolean executedPlans,
        boolean hypotheticalIndexes,
        boolean ioTiming,
        List<Missing> missing) {

    public Capabilities {
        missing = List.copyOf(missing);
    }

    /**
     * Something that cannot be seen.
     *
     * @param what the name of the component
     * @param why in words
     * @param remedy statements for a superuser, in their order
     */
    public record Missing(String what, String why, List<String> remedy) {

        public Missing {
            remedy = List.copyOf(remedy);
        }
    }
}
