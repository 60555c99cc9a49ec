package dev.evenkeel.event;

import java.time.Duration;

/**
 * Somebody has done something to the database or the manager that is not an application's call: for the audit log. Immutable.
 *
 * @param what such as {@code migrate}, {@code rollback}, {@code cancel}, {@code rotate} or {@code accept-primary}
 * @param subject what it was done to: a version, a node, a session; no values
 * @param by who did it, from the Reactor Context; {@code -} when it does not say
 * @param succeeded whether it was done
 * @param took how long it took
 * @param details the rest in words; no values
 */
public record AdministrativeAction(
        String what, String subject, String by, boolean succeeded, Duration took, String details) {

    /**
     * How it has ended.
     *
     * @param succeeded whether it was done
     * @param details the rest in words; no values
     */
    public record Ending(boolean succeeded, String details) {}
}
