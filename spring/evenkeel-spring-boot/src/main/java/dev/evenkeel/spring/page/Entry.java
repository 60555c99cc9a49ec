package dev.evenkeel.spring.page;

/**
 * A line of the event log. Immutable.
 *
 * @param t milliseconds since 1970
 * @param level {@code good}, {@code note} or {@code bad}
 * @param text a sentence
 */
public record Entry(long t, String level, String text) {

    public static final String GOOD = "good";
    public static final String NOTE = "note";
    public static final String BAD = "bad";
}
