package dev.evenkeel.benchmarks;

import java.time.Duration;

/**
 * What is around the clients.
 *
 * @param network how much longer each round trip takes than on this machine
 * @param fsync whether the server waits for its disk at each commit
 * @param replicas how many servers beside the primary; only Evenkeel spreads its reads
 */
record Surroundings(Duration network, boolean fsync, int replicas) {

    static final Surroundings DEFAULT = new Surroundings(Duration.ZERO, false, 0);

    static final String USAGE = "--network-micros=0 --fsync=off --replicas=0";

    private static final int MOST_REPLICAS = 8;

    Surroundings {
        if (replicas > MOST_REPLICAS) {
            throw new IllegalArgumentException("there may be 0 to %d replicas".formatted(MOST_REPLICAS));
        }
        if (replicas > 0 && !network.isZero()) {
            throw new IllegalArgumentException("a longer network leads to the primary only, so without replicas");
        }
    }

    /** @throws IllegalArgumentException when that is not a name of the usage line, or not a value for it */
    Surroundings with(String name, String value) {
        return switch (name) {
            case "--network-micros" -> new Surroundings(Duration.ofNanos(1_000L * Plan.number(value)), fsync, replicas);
            case "--fsync" -> new Surroundings(network, isOn(value), replicas);
            case "--replicas" -> new Surroundings(network, fsync, Plan.number(value));
            default -> throw new IllegalArgumentException("there is no '%s'".formatted(name));
        };
    }

    private static boolean isOn(String value) {
        return switch (value) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException("it is on or off");
        };
    }

    /** What a reader of the figures must know of it; empty when it is as always. */
    String conditions() {
        return (network.isZero()
                        ? ""
                        : " Each round trip is %d µs longer than here, by a proxy that takes its share of the processors."
                                .formatted(network.toNanos() / 1_000))
                + (fsync ? " The server waits for its disk at each commit." : "")
                + (replicas == 0
                        ? ""
                        : " %d replicas on the same processors, which only Evenkeel reads from.".formatted(replicas));
    }
}
