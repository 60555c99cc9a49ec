package dev.evenkeel.examples.orders;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.TransactionOptions;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sees to it that there are tables, and goods on the shelves, before the web server lets anybody in. */
@Component
@DependsOnDatabaseInitialization
class SampleShop implements InitializingBean {

    private static final Logger log = LoggerFactory.getLogger(SampleShop.class);

    /** One transaction, so that a start that was interrupted leaves an empty database and not half a shop. */
    private static final TransactionOptions ALL_OR_NOTHING = TransactionOptions.builder()
            .label("sample shop")
            .timeout(Duration.ofMinutes(2))
            .build();

    private static final int BATCH = SampleData.ORDERS / 10;

    private static final String INSERT_PRODUCTS = """
            with product as (
                select * from unnest($1::text[], $2::numeric[], $3::int[])
                    with ordinality as p (name, price, quantity, id)
            ), shelved as (
                insert into stock (product_id, quantity) select id, quantity from product
            )
            insert into products (id, name, price) select id, name, price from product
            """;

    private static final String INSERT_CUSTOMERS = """
            insert into customers (id, name, email)
            select id, name, 'customer' || id || '@shop.example'
            from unnest($1::text[]) with ordinality as c (name, id)
            """;

    private static final String INSERT_ORDERS = """
            with line as (
                select l.order_id, l.product_id, l.quantity, p.price
                from unnest($3::int[], $4::int[], $5::int[]) as l (order_id, product_id, quantity)
                join products p on p.id = l.product_id
            ), placed as (
                insert into orders (id, customer_id, placed_at, total)
                select o.id, o.customer_id, timestamptz '2025-01-01 00:00Z' + o.id * interval '5 minutes', t.total
                from unnest($1::int[], $2::int[]) as o (id, customer_id)
                join (select order_id, sum(quantity * price) as total from line group by order_id) t
                    on t.order_id = o.id
            )
            insert into order_lines (order_id, product_id, quantity, price)
            select order_id, product_id, quantity, price from line
            """;

    private final ReactiveDatabaseManager db;

    SampleShop(ReactiveDatabaseManager db) {
        this.db = db;
    }

    @Override
    public void afterPropertiesSet() {
        db.inTransaction(ALL_OR_NOTHING, this::prepare).block();
    }

    private Mono<Void> prepare(Connection connection) {
        return oneAtATime(connection).then(isNew(connection)).flatMap(isNew -> isNew ? fill(connection) : Mono.empty());
    }

    /** Instances that start together would otherwise all fill the shelves. */
    private Mono<Integer> oneAtATime(Connection connection) {
        return db.query("select 1 from pg_advisory_xact_lock(hashtext('orders'))")
                .on(connection)
                .one(row -> row.get(0, Integer.class));
    }

    private Mono<Boolean> isNew(Connection connection) {
        return db.query("select not exists (select from order_lines)")
                .on(connection)
                .one(row -> row.get(0, Boolean.class));
    }

    private Mono<Void> fill(Connection connection) {
        log.info("Filling the shop:   0 %");
        return run(connection, INSERT_PRODUCTS, SampleData.productNames(), SampleData.prices(), SampleData.stock())
                .then(run(connection, INSERT_CUSTOMERS, (Object) SampleData.customerNames()))
                .thenMany(Flux.range(1, SampleData.ORDERS / BATCH))
                .concatMap(batch -> orders(connection, batch))
                .then(run(connection, "analyze customers, products, stock, orders, order_lines"))
                .then();
    }

    private Mono<Long> orders(Connection connection, int batch) {
        int last = batch * BATCH;
        return run(
                        connection,
                        INSERT_ORDERS,
                        SampleData.orders(last - BATCH + 1, last).columns())
                .doOnSuccess(rows -> log.info(
                        "Filling the shop: %3d %%, %,d orders".formatted(100 * last / SampleData.ORDERS, last)));
    }

    private Mono<Long> run(Connection connection, String sql, Object... parameters) {
        return db.query(sql, parameters).on(connection).rowsUpdated();
    }
}
