package dev.evenkeel.migrations.script;

import dev.evenkeel.error.InvalidConfigurationException;
import java.math.BigInteger;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Numbers with points or underscores between them, compared number by number as Flyway does: 1.0 is 1, and 1.10 follows 1.9. */
public record Version(List<BigInteger> numbers) implements Comparable<Version> {

    private static final Pattern FORM = Pattern.compile("\\d+([._]\\d+)*");

    public Version {
        int end = numbers.size();
        while (end > 1 && numbers.get(end - 1).signum() == 0) {
            end--;
        }
        numbers = List.copyOf(numbers.subList(0, end));
    }

    /**
     * Reads {@code 2.1} or {@code 2_1}.
     *
     * @throws InvalidConfigurationException when it is anything else
     */
    public static Version of(String text) {
        if (!FORM.matcher(text).matches()) {
            throw InvalidConfigurationException.of(
                    "version", "'" + text + "'", "numbers with points between them", "write it as in V2.1__name.sql");
        }
        return new Version(
                Stream.of(text.split("[._]", -1)).map(BigInteger::new).toList());
    }

    public static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    @Override
    public int compareTo(Version other) {
        for (int i = 0; i < Math.max(numbers.size(), other.numbers.size()); i++) {
            int order = number(i).compareTo(other.number(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private BigInteger number(int index) {
        return index < numbers.size() ? numbers.get(index) : BigInteger.ZERO;
    }

    @Override
    public String toString() {
        return String.join(".", numbers.stream().map(BigInteger::toString).toList());
    }
}
