package dev.evenkeel.examples.orders;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.ReadConsistency;
import java.time.Duration;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** All that was ever ordered, as a stream that goes as fast as its reader and is nowhere held as a whole. */
@RestController
class ExportController {

    private static final Duration SLOWEST_READER = Duration.ofMinutes(10);

    private static final String LINES = """
            select l.order_id, c.name as customer, p.name as product, l.quantity, l.price
            from order_lines l
            join orders o on o.id = l.order_id
            join customers c on c.id = o.customer_id
            join products p on p.id = l.product_id
            order by l.order_id, l.product_id
            """;

    private final ReactiveDatabaseManager db;

    ExportController(ReactiveDatabaseManager db) {
        this.db = db;
    }

    @GetMapping(path = "/export/orders", produces = MediaType.APPLICATION_NDJSON_VALUE)
    Flux<ExportedLine> export() {
        return db.query(LINES)
                .readOnly(ReadConsistency.EVENTUAL)
                .timeout(SLOWEST_READER)
                .label("export orders")
                .map(ExportedLine::of);
    }
}
