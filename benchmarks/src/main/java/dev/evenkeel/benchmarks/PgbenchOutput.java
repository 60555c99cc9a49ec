package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.report.Latency;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What pgbench says at its end.
 *
 * @param transactions how many runs of the script ended well
 * @param failed how many did not
 * @param perSecond of those that ended well, without the time to connect
 */
record PgbenchOutput(long transactions, long failed, double perSecond) {

    private static final Pattern PROCESSED = Pattern.compile("number of transactions actually processed: (\\d+)");
    private static final Pattern FAILED = Pattern.compile("number of failed transactions: (\\d+)");
    private static final Pattern PER_SECOND =
            Pattern.compile("tps = ([\\d.]+) \\((?:without initial connection time|excluding.*)\\)");

    /** In a line of its log: client, number, microseconds, and more. */
    private static final int LATENCY_COLUMN = 2;

    private static final int HALF = 50;
    private static final int NEARLY_ALL = 99;

    /** @throws IllegalArgumentException when it is something else, with the text */
    static PgbenchOutput parse(String text) {
        return new PgbenchOutput(
                Long.parseLong(find(PROCESSED, text, "")),
                Long.parseLong(find(FAILED, text, "0")),
                Double.parseDouble(find(PER_SECOND, text, "")));
    }

    private static String find(Pattern pattern, String text, String otherwise) {
        Matcher matcher = pattern.matcher(text);
        if (matcher.find()) {
            return matcher.group(1);
        }
        if (otherwise.isEmpty()) {
            throw new IllegalArgumentException("pgbench says nothing like '%s': %s".formatted(pattern, text));
        }
        return otherwise;
    }

    /** Of the lines of its log. */
    static Latency latency(List<String> log) {
        double[] sorted = log.stream()
                .map(line -> line.split(" ", -1))
                .filter(columns -> columns.length > LATENCY_COLUMN && columns[LATENCY_COLUMN].matches("\\d+"))
                .mapToDouble(columns -> TimeUnit.MICROSECONDS.toNanos(Long.parseLong(columns[LATENCY_COLUMN])))
                .sorted()
                .toArray();
        return sorted.length == 0
                ? Latency.UNKNOWN
                : new Latency(percentile(sorted, HALF), percentile(sorted, NEARLY_ALL));
    }

    private static double percentile(double[] sorted, int percent) {
        return sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
    }
}
