package dev.evenkeel;

/**
 * The connections to one server that read-only queries share, at one moment.
 *
 * @param open how many take queries
 * @param queries how many queries wait or run on them
 */
public record LaneMetrics(int open, int queries) {

    public static final LaneMetrics EMPTY = new LaneMetrics(0, 0);
}
