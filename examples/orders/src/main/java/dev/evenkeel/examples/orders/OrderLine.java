package dev.evenkeel.examples.orders;

import io.r2dbc.spi.Row;
import java.math.BigDecimal;

/**
 * One product of an order.
 *
 * @param price of one piece, as it was when the order was placed
 */
record OrderLine(int productId, int quantity, BigDecimal price) {

    static OrderLine of(Row row) {
        return new OrderLine(
                row.get("product_id", Integer.class),
                row.get("quantity", Integer.class),
                row.get("price", BigDecimal.class));
    }

    BigDecimal total() {
        return price.multiply(BigDecimal.valueOf(quantity));
    }
}
