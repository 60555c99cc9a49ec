package dev.evenkeel.spring.page.insight;

import dev.evenkeel.CallContext;
import dev.evenkeel.monitoring.CancelledQuery;
import dev.evenkeel.monitoring.QueryOptimizer;
import dev.evenkeel.monitoring.RunningQuery;
import dev.evenkeel.spring.page.Cancelling;
import dev.evenkeel.spring.page.Part;
import dev.evenkeel.spring.page.Rows;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import reactor.core.publisher.Mono;

/** What runs, what took the most time, and how one is stopped. */
final class InsightParts implements Cancelling {

    private static final int MOST_RUNNING = 50;
    private static final int MOST_STATEMENTS = 20;
    private static final Duration BOUND = Duration.ofSeconds(4);

    private final QueryOptimizer optimizer;

    InsightParts(QueryOptimizer optimizer) {
        this.optimizer = optimizer;
    }

    Part running() {
        return new Part(Part.RUNNING, Duration.ofSeconds(2), look().map(InsightParts::running));
    }

    /** Our own questions are left out: each would show the one before. */
    private Mono<List<RunningQuery>> look() {
        return optimizer
                .runningQueries()
                .filter(query -> !query.isInspection())
                .sort(Comparator.comparing(RunningQuery::age).reversed())
                .collectList()
                .contextWrite(CallContext.timeout(BOUND));
    }

    private static Rows running(List<RunningQuery> all) {
        return rows(all.stream().limit(MOST_RUNNING).map(RunningRow::of).toList(), all.size());
    }

    Part statements() {
        return new Part(
                Part.STATEMENTS,
                Duration.ofSeconds(5),
                optimizer
                        .ownStatements()
                        .collectList()
                        .map(all -> rows(
                                all.stream()
                                        .limit(MOST_STATEMENTS)
                                        .map(StatementRow::of)
                                        .toList(),
                                all.size())));
    }

    private static Rows rows(List<?> shown, int all) {
        return all > shown.size()
                ? new Rows(shown, "The first %d of %d.".formatted(shown.size(), all))
                : Rows.of(shown);
    }

    /** Looks again instead of remembering what the page has shown: another instance may have shown it. */
    @Override
    public Mono<Answer> cancel(String id) {
        return look().flatMapIterable(all -> all)
                .filter(query -> RunningRow.id(query).equals(id))
                .next()
                .flatMap(optimizer::cancel)
                .map(InsightParts::answer)
                .defaultIfEmpty(new Answer(false, "It has ended already; nothing was stopped."));
    }

    private static Answer answer(CancelledQuery done) {
        String which =
                "process %d on %s".formatted(done.query().pid(), done.query().node());
        return switch (done.outcome()) {
            case SIGNALLED -> new Answer(true, "The server was told to stop %s.".formatted(which));
            case GONE -> new Answer(false, "Nothing was stopped: %s.".formatted(done.reason()));
            case REFUSED, REPORTED -> new Answer(false, "Not stopped, %s: %s.".formatted(which, done.reason()));
        };
    }
}
