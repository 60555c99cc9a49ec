package dev.evenkeel;

/**
 * How far a node must have replayed the log so that a client sees there what it has written and seen. Immutable. It may
 * leave the process as a {@linkplain ReadTokenSeal sealed} string, for an HTTP header or a cookie.
 *
 * @param systemId the cluster, as {@code pg_control_system()} says
 * @param timeline positions compare only within one
 * @param lsn the position
 */
public record ReadToken(long systemId, long timeline, Lsn lsn) {

    /** The one that asks for more; of different clusters, this one. */
    ReadToken orLater(ReadToken other) {
        if (other.systemId != systemId || other.timeline < timeline) {
            return this;
        }
        return other.timeline > timeline || other.lsn.compareTo(lsn) > 0 ? other : this;
    }
}
