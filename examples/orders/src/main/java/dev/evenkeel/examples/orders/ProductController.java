package dev.evenkeel.examples.orders;

import dev.evenkeel.ReactiveDatabaseManager;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** What is for sale. */
@RestController
class ProductController {

    private static final String SEARCH = """
            select p.id, p.name, p.price, s.quantity as in_stock
            from products p join stock s on s.product_id = p.id
            where position(lower($1) in lower(p.name)) > 0
            order by p.id limit $2
            """;

    private final ReactiveDatabaseManager db;
    private final ServedReads reads;

    ProductController(ReactiveDatabaseManager db, ServedReads reads) {
        this.db = db;
        this.reads = reads;
    }

    @GetMapping("/products")
    Mono<ResponseEntity<List<Product>>> search(
            @RequestParam(defaultValue = "") String search, @RequestParam(defaultValue = "20") Limit limit) {
        return reads.answer(
                "search products",
                connection -> db.query(SEARCH, search, limit.rows())
                        .on(connection)
                        .map(Product::of)
                        .collectList());
    }
}
