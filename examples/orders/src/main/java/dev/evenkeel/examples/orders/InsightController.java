package dev.evenkeel.examples.orders;

import dev.evenkeel.monitoring.QueryOptimizer;
import dev.evenkeel.monitoring.Recommendation;
import dev.evenkeel.monitoring.SlowQuery;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** Why the database is slow, and what to do about it. Not for the public: a real shop would ask who wants to know. */
@RestController
@RequestMapping("/insight")
class InsightController {

    private final QueryOptimizer optimizer;

    InsightController(QueryOptimizer optimizer) {
        this.optimizer = optimizer;
    }

    @GetMapping("/slow")
    Flux<SlowQuery> slow() {
        return optimizer.analyzeSlowQueries();
    }

    @GetMapping("/recommendations")
    Flux<Recommendation> recommendations() {
        return optimizer.getQueryRecommendations();
    }
}
