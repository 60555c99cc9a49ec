package dev.evenkeel.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import io.r2dbc.spi.Readable;

/** What the small statements read. */
public record Account(int id, String owner, long balance) {

    static Account of(Readable row) {
        return new Account(
                requireNonNull(row.get(0, Integer.class)),
                requireNonNull(row.get(1, String.class)),
                requireNonNull(row.get(2, Long.class)));
    }

    /** The only column of {@link Data#BALANCE}. */
    static long balance(Readable row) {
        return requireNonNull(row.get(0, Long.class));
    }
}
