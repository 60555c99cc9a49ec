package dev.evenkeel.migrations.undo;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which types hold every value of another one, so that a change to them has lost nothing. Names are those of
 * {@code format_type()}. Time stamps with and without time zone hold the same, because migrations run in UTC.
 */
final class Widening {

    private static final List<List<String>> CHAINS = List.of(
            List.of("smallint", "integer", "bigint", "numeric"),
            List.of("real", "double precision"),
            List.of("date", "timestamp without time zone", "timestamp with time zone"),
            List.of("character varying", "text"));

    private static final Map<String, Integer> DIGITS = Map.of("smallint", 5, "integer", 10, "bigint", 19);

    private static final Pattern WITH_NUMBERS = Pattern.compile("(numeric|character varying)\\((\\d+)(?:,(\\d+))?\\)");

    private Widening() {}

    static boolean holds(String wide, String narrow) {
        if (wide.equals(narrow)) {
            return true;
        }
        Matcher to = WITH_NUMBERS.matcher(wide);
        Matcher from = WITH_NUMBERS.matcher(narrow);
        if (to.matches() && DIGITS.containsKey(narrow)) {
            return to.group(1).equals("numeric") && number(to, 2) - number(to, 3) >= DIGITS.get(narrow);
        }
        if (to.matches()) {
            return from.matches() && to.group(1).equals(from.group(1)) && hasRoom(to, from);
        }
        String plain = from.matches() ? from.group(1) : narrow;
        return plain.equals(wide)
                || CHAINS.stream()
                        .anyMatch(chain -> chain.contains(plain) && chain.indexOf(plain) < chain.indexOf(wide));
    }

    /** Digits in front of the point and behind it, or characters. */
    private static boolean hasRoom(Matcher to, Matcher from) {
        int scale = number(to, 3) - number(from, 3);
        int whole = (number(to, 2) - number(to, 3)) - (number(from, 2) - number(from, 3));
        return scale >= 0 && whole >= 0;
    }

    private static int number(Matcher type, int group) {
        return type.group(group) == null ? 0 : Integer.parseInt(type.group(group));
    }
}
