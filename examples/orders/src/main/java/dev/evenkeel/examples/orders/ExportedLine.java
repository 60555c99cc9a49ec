package dev.evenkeel.examples.orders;

import io.r2dbc.spi.Row;
import java.math.BigDecimal;

/** An order line with everything that a spreadsheet wants to see beside it. */
record ExportedLine(long orderId, String customer, String product, int quantity, BigDecimal price) {

    static ExportedLine of(Row row) {
        return new ExportedLine(
                row.get("order_id", Long.class),
                row.get("customer", String.class),
                row.get("product", String.class),
                row.get("quantity", Integer.class),
                row.get("price", BigDecimal.class));
    }
}
