package dev.evenkeel.spring.page;

/**
 * A line of the event log. Immutable.
 *
 * @param t milliseconds since 1970
 * @param level {@code good}, {@code note} or {@code bad}
 * @param text a sentence
 */
public record Entry(long t, String level, String text) {

    static final String GOOD = "good";
    static final String NOTE = "note";
    static final String BAD = "bad";
}
