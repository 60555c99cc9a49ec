package dev.evenkeel.migrations.create;

import dev.evenkeel.migrations.script.Version;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Comparator;

/** The version after those that are there, in their manner: a moment if the newest one is a moment, or else the next number. */
final class NextVersion {

    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    private static final BigInteger EARLIEST_MOMENT = new BigInteger("19700101000000");

    private NextVersion() {}

    static Version after(Collection<Version> known, Instant now) {
        BigInteger newest = known.stream()
                .max(Comparator.naturalOrder())
                .map(version -> version.numbers().get(0))
                .orElse(BigInteger.ZERO);
        BigInteger next = newest.add(BigInteger.ONE);
        if (newest.compareTo(EARLIEST_MOMENT) < 0) {
            return Version.of(next.toString());
        }
        BigInteger moment = new BigInteger(MOMENT.format(now));
        return Version.of(moment.max(next).toString());
    }
}
