package dev.evenkeel;

/** How fresh the data of a read must be; decides which nodes may serve it. */
public enum ReadConsistency {
    /** Any node that answers, however far behind. */
    EVENTUAL,
    /** A replica whose lag is within the bound of the options or the configuration, else the primary. */
    BOUNDED,
    /**
     * Never older than the last write that this manager made. A replica serves the read once it is known to have replayed
     * that write; until then the primary does. The default for reads.
     */
    READ_YOUR_WRITES,
    /** The primary. */
    STRONG
}
