package dev.evenkeel.spring.page;

import java.time.Duration;
import reactor.core.publisher.Mono;

/**
 * One table of the page. Asked again and again while somebody looks at the page, and never while nobody does.
 *
 * @param name in the stream
 * @param every time between an answer and the next question
 * @param rows what is shown now; an error is shown as a sentence, and the next question is asked all the same
 */
public record Part(String name, Duration every, Mono<Rows> rows) {

    public static final String RUNNING = "running";
    public static final String STATEMENTS = "statements";
    public static final String MIGRATIONS = "migrations";

    /** What stands in for a part that nobody has contributed. */
    static Part absent(String name, String note) {
        return new Part(name, Duration.ofDays(1), Mono.just(Rows.none(note)));
    }
}
