package dev.evenkeel.examples.orders;

import io.r2dbc.spi.Row;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** An order as lists show it. */
record Order(long id, int customerId, OffsetDateTime placedAt, BigDecimal total) {

    static Order of(Row row) {
        return new Order(
                row.get("id", Long.class),
                row.get("customer_id", Integer.class),
                row.get("placed_at", OffsetDateTime.class).withOffsetSameInstant(ZoneOffset.UTC),
                row.get("total", BigDecimal.class));
    }
}
