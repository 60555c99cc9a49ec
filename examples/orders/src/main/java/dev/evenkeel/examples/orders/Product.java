package dev.evenkeel.examples.orders;

import io.r2dbc.spi.Row;
import java.math.BigDecimal;

/** Something for sale, and how many of it are left. */
record Product(int id, String name, BigDecimal price, int inStock) {

    static Product of(Row row) {
        return new Product(
                row.get("id", Integer.class),
                row.get("name", String.class),
                row.get("price", BigDecimal.class),
                row.get("in_stock", Integer.class));
    }
}
