package dev.evenkeel.spring.failure;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What to do, as a list in the report of a failed start. */
final class Remedies {

    private Remedies() {}

    static String of(List<String> suggestions) {
        return suggestions.size() == 1
                ? suggestions.get(0)
                : IntStream.range(0, suggestions.size())
                        .mapToObj(i -> "%d. %s".formatted(i + 1, suggestions.get(i)))
                        .collect(Collectors.joining(System.lineSeparator()));
    }

    static List<String> with(String first, List<String> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }
}
