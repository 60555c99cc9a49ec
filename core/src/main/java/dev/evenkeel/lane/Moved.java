package dev.evenkeel.lane;

/** The lane cannot serve the query after all, and nothing of it was emitted: it is to be run on a connection of its own. */
public final class Moved extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Moved() {
        super("to be run on a connection of its own", null, false, false);
    }
}
