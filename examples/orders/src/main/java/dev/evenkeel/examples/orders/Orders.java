package dev.evenkeel.examples.orders;

import dev.evenkeel.ReactiveDatabaseManager;
import io.r2dbc.spi.Connection;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Reads orders that were placed. */
@Component
class Orders {

    private final ReactiveDatabaseManager db;

    Orders(ReactiveDatabaseManager db) {
        this.db = db;
    }

    Mono<List<Order>> newest(Connection connection, int customer, Limit limit) {
        return db.query(
                        "select id, customer_id, placed_at, total from orders where customer_id = $1"
                                + " order by id desc limit $2",
                        customer,
                        limit.rows())
                .on(connection)
                .map(Order::of)
                .collectList();
    }

    Mono<OrderDetails> details(Connection connection, long id) {
        return db.query("select id, customer_id, placed_at, total from orders where id = $1", id)
                .on(connection)
                .one(Order::of)
                .flatMap(order -> lines(connection, id).map(lines -> new OrderDetails(order, lines)));
    }

    private Mono<List<OrderLine>> lines(Connection connection, long order) {
        return db.query("select product_id, quantity, price from order_lines where order_id = $1 order by 1", order)
                .on(connection)
                .map(OrderLine::of)
                .collectList();
    }
}
