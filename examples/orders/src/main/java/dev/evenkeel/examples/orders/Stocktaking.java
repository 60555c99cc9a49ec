package dev.evenkeel.examples.orders;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.TransactionOptions;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Counts the pieces on a shelf by hand, so slowly that who wants one of them meanwhile has to wait: something to be seen. */
@Component
class Stocktaking {

    static final Duration COUNTING = Duration.ofSeconds(3);

    private static final TransactionOptions OPTIONS = TransactionOptions.builder()
            .label("take stock")
            .timeout(Duration.ofSeconds(10))
            .build();

    private final ReactiveDatabaseManager db;
    private final Checkout checkout;

    Stocktaking(ReactiveDatabaseManager db, Checkout checkout) {
        this.db = db;
        this.checkout = checkout;
    }

    /** Ends when the count has, and the order of the impatient customer; a cancel stops both. */
    Mono<Void> disturbedBy(int customer, int product) {
        NewOrder order = new NewOrder(customer, List.of(new NewOrder.Line(product, 1)));
        return Mono.when(
                db.inTransaction(OPTIONS, connection -> count(connection, product)),
                Mono.delay(COUNTING.dividedBy(3)).then(checkout.take(order)));
    }

    private Mono<Integer> count(Connection connection, int product) {
        return db.query("select quantity from stock where product_id = $1 for update", product)
                .on(connection)
                .one(row -> row.get("quantity", Integer.class))
                .delayUntil(quantity -> db.query("select pg_sleep($1)", (double) COUNTING.toSeconds())
                        .on(connection)
                        .rowsUpdated());
    }
}
