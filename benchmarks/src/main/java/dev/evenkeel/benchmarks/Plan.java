package dev.evenkeel.benchmarks;

import java.time.Duration;

/**
 * How much is run.
 *
 * @param warmUps rounds that do not count
 * @param rounds rounds that count
 * @param time length of one workload on one peer in one round
 * @param rows length of the stream
 */
record Plan(int warmUps, int rounds, Duration time, int rows) {

    static final Plan DEFAULT = new Plan(2, 5, Duration.ofSeconds(1), 1_000_000);

    private static final String USAGE = "--warm-ups=%d --rounds=%d --millis=%d --rows=%d"
            .formatted(DEFAULT.warmUps, DEFAULT.rounds, DEFAULT.time.toMillis(), DEFAULT.rows);

    Plan {
        if (warmUps < 0 || rounds < 1 || time.isNegative() || time.isZero() || rows < 1) {
            throw new IllegalArgumentException("rounds, milliseconds and rows must be 1 or more");
        }
    }

    /** @throws IllegalArgumentException when an argument is not one of the usage line */
    static Plan parse(String... arguments) {
        Plan plan = DEFAULT;
        for (String argument : arguments) {
            plan = plan.with(argument);
        }
        return plan;
    }

    private Plan with(String argument) {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        int value = equals < 0 ? -1 : number(argument.substring(equals + 1));
        if (value < 0) {
            throw unknown(argument);
        }
        return switch (name) {
            case "--warm-ups" -> new Plan(value, rounds, time, rows);
            case "--rounds" -> new Plan(warmUps, value, time, rows);
            case "--millis" -> new Plan(warmUps, rounds, Duration.ofMillis(value), rows);
            case "--rows" -> new Plan(warmUps, rounds, time, value);
            default -> throw unknown(argument);
        };
    }

    private static int number(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }

    private static IllegalArgumentException unknown(String argument) {
        return new IllegalArgumentException(
                "'%s' is not understood; the arguments and their defaults are: %s".formatted(argument, USAGE));
    }
}
