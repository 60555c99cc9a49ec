package dev.evenkeel.examples.orders;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.TransactionOptions;
import io.r2dbc.spi.Connection;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes orders: all of an order or nothing of it, and never more than there is. */
@Component
class Checkout {

    private static final TransactionOptions OPTIONS = TransactionOptions.builder()
            .label("take order")
            .timeout(Duration.ofSeconds(10))
            .build();

    private static final String TAKE = """
            update stock set quantity = quantity - $1 where product_id = $2 and quantity >= $1
            returning product_id, $1::int as quantity, (select price from products where id = product_id) as price
            """;

    private static final String INSERT_LINES = """
            insert into order_lines (order_id, product_id, quantity, price)
            select $1, * from unnest($2::int[], $3::int[], $4::numeric[])
            """;

    private final ReactiveDatabaseManager db;

    Checkout(ReactiveDatabaseManager db) {
        this.db = db;
    }

    Mono<Receipt> take(NewOrder order) {
        return Mono.fromSupplier(order::pieces)
                .flatMap(pieces ->
                        db.inTransaction(OPTIONS, connection -> take(connection, order.customerId(), pieces)));
    }

    private Mono<Receipt> take(Connection connection, int customer, Map<Integer, Integer> pieces) {
        return requireCustomer(connection, customer)
                .thenMany(Flux.fromIterable(pieces.entrySet()))
                .concatMap(piece -> takeFromShelf(connection, piece.getKey(), piece.getValue()))
                .collectList()
                .flatMap(lines -> write(connection, customer, lines));
    }

    private Mono<Integer> requireCustomer(Connection connection, int customer) {
        return db.query("select id from customers where id = $1", customer)
                .on(connection)
                .one(row -> row.get("id", Integer.class))
                .switchIfEmpty(Mono.error(() -> OrderRefused.unknown("customer", customer)));
    }

    private Mono<OrderLine> takeFromShelf(Connection connection, int product, int quantity) {
        return db.query(TAKE, quantity, product)
                .on(connection)
                .one(OrderLine::of)
                .switchIfEmpty(Mono.defer(() -> refuse(connection, product, quantity)));
    }

    private <T> Mono<T> refuse(Connection connection, int product, int wanted) {
        return db.query("select name, quantity from products join stock on product_id = id where id = $1", product)
                .on(connection)
                .one(row -> OrderRefused.outOfStock(
                        product, row.get("name", String.class), wanted, row.get("quantity", Integer.class)))
                .defaultIfEmpty(OrderRefused.unknown("product", product))
                .flatMap(Mono::error);
    }

    private Mono<Receipt> write(Connection connection, int customer, List<OrderLine> lines) {
        BigDecimal total = lines.stream().map(OrderLine::total).reduce(BigDecimal.ZERO, BigDecimal::add);
        return db.query("insert into orders (customer_id, total) values ($1, $2) returning id", customer, total)
                .on(connection)
                .one(row -> new Receipt(row.get("id", Long.class), total))
                .flatMap(receipt -> db.query(
                                INSERT_LINES,
                                receipt.orderId(),
                                column(lines, OrderLine::productId, Integer[]::new),
                                column(lines, OrderLine::quantity, Integer[]::new),
                                column(lines, OrderLine::price, BigDecimal[]::new))
                        .on(connection)
                        .rowsUpdated()
                        .thenReturn(receipt));
    }

    private static <T> T[] column(List<OrderLine> lines, Function<OrderLine, T> part, IntFunction<T[]> array) {
        return lines.stream().map(part).toArray(array);
    }
}
