package dev.evenkeel.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import io.r2dbc.spi.Readable;

/** What the large statements read. */
public record Item(int id, String name, long price) {

    static Item of(Readable row) {
        return new Item(
                requireNonNull(row.get(0, Integer.class)),
                requireNonNull(row.get(1, String.class)),
                requireNonNull(row.get(2, Long.class)));
    }
}
