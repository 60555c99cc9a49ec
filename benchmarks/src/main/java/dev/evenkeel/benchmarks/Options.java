package dev.evenkeel.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the command line asks for.
 *
 * @param entrants the first one is what the others are compared with
 * @param chart where the chart is written
 * @param markdown where the tables are written, besides the standard output
 * @param pgbench the program; looked for when it is not given
 */
record Options(
        Plan plan,
        List<Entrant> entrants,
        List<Kind> kinds,
        Optional<Path> chart,
        Optional<Path> markdown,
        Optional<Path> pgbench) {

    static final Options DEFAULT = new Options(
            Plan.DEFAULT,
            List.of(Entrant.R2DBC_POOL, Entrant.EVENKEEL, Entrant.VERTX_PIPELINED, Entrant.HIKARI),
            Stream.of(Kind.values())
                    .filter(kind -> kind != Kind.GROWTH && kind != Kind.WAITS)
                    .toList(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    private static final String USAGE =
            "%s --peers=%s (of %s) --workloads=%s (of %s) --chart=FILE --markdown=FILE --pgbench=FILE"
                    .formatted(
                            Plan.USAGE,
                            names(DEFAULT.entrants),
                            names(List.of(Entrant.values())),
                            names(DEFAULT.kinds),
                            names(List.of(Kind.values())));

    private static String names(List<?> all) {
        return all.stream().map(Object::toString).collect(Collectors.joining(","));
    }

    /** @throws IllegalArgumentException when an argument is not one of the usage line */
    static Options parse(String... arguments) {
        Options options = DEFAULT;
        for (String argument : arguments) {
            String[] sides = argument.split("=", 2);
            try {
                options = options.with(sides[0], sides.length < 2 ? "" : sides[1]);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "'%s' is not understood: %s. The arguments and their defaults are: %s"
                                .formatted(argument, e.getMessage(), USAGE),
                        e);
            }
        }
        return options;
    }

    private Options with(String name, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("there is no value");
        }
        return switch (name) {
            case "--peers" -> new Options(plan, chosen(value, Entrant.values()), kinds, chart, markdown, pgbench);
            case "--workloads" -> new Options(plan, entrants, chosen(value, Kind.values()), chart, markdown, pgbench);
            case "--chart" -> new Options(plan, entrants, kinds, Optional.of(Path.of(value)), markdown, pgbench);
            case "--markdown" -> new Options(plan, entrants, kinds, chart, Optional.of(Path.of(value)), pgbench);
            case "--pgbench" -> new Options(plan, entrants, kinds, chart, markdown, Optional.of(Path.of(value)));
            default -> new Options(plan.with(name, value), entrants, kinds, chart, markdown, pgbench);
        };
    }

    private static <T> List<T> chosen(String names, T[] all) {
        return Stream.of(names.split(",", -1))
                .map(name -> Stream.of(all)
                        .filter(one -> one.toString().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("there is no '%s'".formatted(name))))
                .distinct()
                .toList();
    }

    List<Workload> workloads() {
        return kinds.stream()
                .flatMap(kind -> kind.workloads(plan.rows()).stream())
                .toList();
    }
}
