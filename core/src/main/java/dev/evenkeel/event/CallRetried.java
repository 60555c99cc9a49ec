package dev.evenkeel.event;

/**
 * An attempt has failed, and the call is made again. Immutable.
 *
 * @param requestId of the call
 * @param label of the call
 * @param attempt the one that failed, from 1
 * @param code SQLSTATE, or a code of our own, of what it failed with
 */
public record CallRetried(String requestId, String label, int attempt, String code) {}
