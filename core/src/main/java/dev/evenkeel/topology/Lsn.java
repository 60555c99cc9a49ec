package dev.evenkeel.topology;

/**
 * A position in the write-ahead log. Comparable only within one timeline.
 *
 * @param position bytes since the beginning of the log
 */
public record Lsn(long position) implements Comparable<Lsn> {

    public static final Lsn ZERO = new Lsn(0);

    /**
     * The end of the last record before the primary's insert position. Right after a page header that position lies behind
     * a header that no record ends at, and a replica would reach it only with the next record: PostgreSQL's page headers are
     * 24 bytes long, 40 at the beginning of a segment file.
     */
    static Lsn ofInsertPosition(long position, long pageBytes, long segmentBytes) {
        if (Long.remainderUnsigned(position, segmentBytes) == 40) {
            return new Lsn(position - 40);
        }
        return new Lsn(Long.remainderUnsigned(position, pageBytes) == 24 ? position - 24 : position);
    }

    /** Bytes from this position to a later one; 0 when the other is not later. */
    public long bytesUntil(Lsn later) {
        return Math.max(0, later.position - position);
    }

    public boolean reaches(Lsn other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(position, other.position);
    }

    /** As PostgreSQL writes it: {@code 16/B374D848}. */
    @Override
    public String toString() {
        return "%X/%X".formatted(position >>> 32, position & 0xFFFF_FFFFL);
    }
}
