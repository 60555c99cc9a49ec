package dev.evenkeel.spring.page;

import reactor.core.publisher.Mono;

/** Stops a statement that the page shows. Whoever calls it has seen to it that the caller may. */
public interface Cancelling {

    /** Stops the statement with this {@code id} if it is still the one that was seen. Never empty; errors if its server does. */
    Mono<Answer> cancel(String id);

    /**
     * What became of it.
     *
     * @param done whether the server was told to stop it
     * @param sentence for whoever asked
     */
    record Answer(boolean done, String sentence) {}
}
