package dev.evenkeel.benchmarks.peer;

import java.util.concurrent.Executor;

/**
 * Where those run who call a peer.
 *
 * @param executor begins each caller, which then goes on wherever its answers arrive
 * @param most how many there can be at the same time
 * @param blocking whether a caller keeps its thread while it waits, so that it never meets an event loop
 */
public record Callers(Executor executor, int most, boolean blocking) {

    static final Callers ON_EVENT_LOOPS = new Callers(Runnable::run, Integer.MAX_VALUE, false);
}
