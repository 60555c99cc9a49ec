package dev.evenkeel.benchmarks;

import java.time.Duration;

/**
 * How much is run.
 *
 * @param warmUps rounds that do not count
 * @param rounds rounds that count
 * @param time length of one workload on one peer in one round
 * @param rows length of the stream
 * @param network how much longer each round trip takes than on this machine
 */
record Plan(int warmUps, int rounds, Duration time, int rows, Duration network) {

    static final Plan DEFAULT = new Plan(3, 5, Duration.ofMillis(500), 1_000_000, Duration.ZERO);

    static final String USAGE = "--warm-ups=%d --rounds=%d --millis=%d --rows=%d --network-micros=0"
            .formatted(DEFAULT.warmUps, DEFAULT.rounds, DEFAULT.time.toMillis(), DEFAULT.rows);

    Plan {
        if (warmUps < 0 || rounds < 1 || time.isNegative() || time.isZero() || rows < 1) {
            throw new IllegalArgumentException("rounds, milliseconds and rows must be 1 or more");
        }
    }

    /** @throws IllegalArgumentException when that is not a name of the usage line, or not a value for it */
    Plan with(String name, String value) {
        return switch (name) {
            case "--warm-ups" -> new Plan(number(value), rounds, time, rows, network);
            case "--rounds" -> new Plan(warmUps, number(value), time, rows, network);
            case "--millis" -> new Plan(warmUps, rounds, Duration.ofMillis(number(value)), rows, network);
            case "--rows" -> new Plan(warmUps, rounds, time, number(value), network);
            case "--network-micros" -> new Plan(warmUps, rounds, time, rows, Duration.ofNanos(1_000L * number(value)));
            default -> throw new IllegalArgumentException("there is no '%s'".formatted(name));
        };
    }

    private static int number(String text) {
        if (!text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("it is not a number");
        }
        return Integer.parseInt(text);
    }
}
