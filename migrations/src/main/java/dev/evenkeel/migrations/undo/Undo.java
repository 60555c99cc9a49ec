package dev.evenkeel.migrations.undo;

/** What takes a version back: a script that somebody wrote, or what can be derived from the catalog. */
public sealed interface Undo permits UndoScript, DerivedUndo {

    /** Its file, or as it would be called, which goes into the history: it begins with {@code U}. */
    String name();

    /** Whether it runs in a transaction. */
    boolean transactional();
}
