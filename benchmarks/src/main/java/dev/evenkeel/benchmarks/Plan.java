package dev.evenkeel.benchmarks;

import java.time.Duration;

/**
 * How much is run.
 *
 * @param warmUps rounds that do not count: the compiler needs some seconds with each client before its figures stay the same
 * @param rounds rounds that count
 * @param time length of one workload on one peer in one round
 * @param rows length of the stream
 * @param around what is around the clients
 */
record Plan(int warmUps, int rounds, Duration time, int rows, Surroundings around) {

    static final Plan DEFAULT = new Plan(12, 5, Duration.ofMillis(500), 1_000_000, Surroundings.DEFAULT);

    static final String USAGE = "--warm-ups=%d --rounds=%d --millis=%d --rows=%d %s"
            .formatted(DEFAULT.warmUps, DEFAULT.rounds, DEFAULT.time.toMillis(), DEFAULT.rows, Surroundings.USAGE);

    Plan {
        if (warmUps < 0 || rounds < 1 || time.isNegative() || time.isZero() || rows < 1) {
            throw new IllegalArgumentException("rounds, milliseconds and rows must be 1 or more");
        }
    }

    /** @throws IllegalArgumentException when that is not a name of the usage line, or not a value for it */
    Plan with(String name, String value) {
        return switch (name) {
            case "--warm-ups" -> new Plan(number(value), rounds, time, rows, around);
            case "--rounds" -> new Plan(warmUps, number(value), time, rows, around);
            case "--millis" -> new Plan(warmUps, rounds, Duration.ofMillis(number(value)), rows, around);
            case "--rows" -> new Plan(warmUps, rounds, time, number(value), around);
            default -> new Plan(warmUps, rounds, time, rows, around.with(name, value));
        };
    }

    static int number(String text) {
        if (!text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("it is not a number");
        }
        return Integer.parseInt(text);
    }
}
