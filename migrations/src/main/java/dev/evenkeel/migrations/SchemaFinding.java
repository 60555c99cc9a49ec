package dev.evenkeel.migrations;

/**
 * Something about the schema that is not as the migrations left it.
 *
 * @param object the script, index, table... that it is about
 * @param message what is wrong, in a sentence
 * @param remedy what to do about it
 */
public record SchemaFinding(Kind kind, String object, String message, String remedy) {

    /** What was found. */
    public enum Kind {
        /** A script was edited after it had been applied. */
        CHECKSUM_CHANGED,
        /** An applied script is not in the locations any more. */
        FILE_MISSING,
        /** A script failed and could not be rolled back. */
        MIGRATION_FAILED,
        /** A script that is not applied is older than one that is. */
        OUT_OF_ORDER,
        /** An index that a concurrent build has left behind half done: it costs writes and serves no reads. */
        INVALID_INDEX,
        /** Something was added, removed or changed by hand. */
        DRIFT
    }
}
