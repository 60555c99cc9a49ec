package dev.evenkeel.benchmarks.peer;

import java.util.List;

/** Rows as an array for each column, as {@code unnest} takes them. */
public final class Columns {

    private final Integer[] ids;
    private final String[] names;
    private final Long[] prices;

    private Columns(List<Item> rows) {
        this.ids = rows.stream().map(Item::id).toArray(Integer[]::new);
        this.names = rows.stream().map(Item::name).toArray(String[]::new);
        this.prices = rows.stream().map(Item::price).toArray(Long[]::new);
    }

    public static Columns of(List<Item> rows) {
        return new Columns(rows);
    }

    Integer[] ids() {
        return ids;
    }

    String[] names() {
        return names;
    }

    Long[] prices() {
        return prices;
    }
}
