package dev.evenkeel;

import dev.evenkeel.error.InvalidConfigurationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in the write-ahead log. Comparable only within one timeline. Immutable.
 *
 * @param position bytes since the beginning of the log
 */
public record Lsn(long position) implements Comparable<Lsn> {

    public static final Lsn ZERO = new Lsn(0);

    private static final Pattern TEXT = Pattern.compile("([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})");

    /**
     * Reads what PostgreSQL writes: {@code 16/B374D848}.
     *
     * @throws InvalidConfigurationException when it is something else
     */
    public static Lsn parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw InvalidConfigurationException.of(
                    "lsn", "'" + text + "'", "two hexadecimal numbers with a slash between", "copy it from the server");
        }
        return new Lsn(Long.parseLong(parts.group(1), 16) << 32 | Long.parseLong(parts.group(2), 16));
    }

    /**
     * The end of the last record before the primary's insert position. Right after a page header that position lies behind
     * a header that no record ends at, and a replica would reach it only with the next record: PostgreSQL's page headers are
     * 24 bytes long, 40 at the beginning of a segment file.
     */
    public static Lsn ofInsertPosition(long position, long pageBytes, long segmentBytes) {
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
