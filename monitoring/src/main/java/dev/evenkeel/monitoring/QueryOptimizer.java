package dev.evenkeel.monitoring;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.assembly.RunningOptimizer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Says why the database is slow, and what to do about it: what statements take at the client and on the servers, which indexes are
 * missing or needless, who blocks whom. Thread-safe; an application has one for each manager.
 *
 * <p>From its beginning it hears of each statement of the manager. It asks the servers only while a returned publisher is subscribed,
 * over a session of its own beside the pools, reads nothing but catalogs and statistics, resets no statistics, and needs no rights
 * and no extension: what is missing makes it see less, and {@link #capabilities()} says what. No literal and no parameter is in
 * what it emits.
 *
 * <p>A server that does not answer is left out, with a line in the log. Cancelling stops the question on the server.
 */
public interface QueryOptimizer {

    /** With {@link InsightConfig#defaults()}. */
    static QueryOptimizer on(ReactiveDatabaseManager db) {
        return on(db, InsightConfig.defaults());
    }

    /** Begins to listen. It ends with {@link #stop()}, or with the manager. */
    static QueryOptimizer on(ReactiveDatabaseManager db, InsightConfig config) {
        return on(db, config, AdviceConfig.defaults());
    }

    /** The same with other thresholds of the recommendations. */
    static QueryOptimizer on(ReactiveDatabaseManager db, InsightConfig config, AdviceConfig advice) {
        return RunningOptimizer.on(db, config, advice);
    }

    /**
     * Notes a statement that did not go through the manager. The manager's own are noted by themselves.
     *
     * @param took from its execution to the last of its answer
     * @param parameters of which only type and length are looked at
     */
    void logQuery(String sql, Duration took, @Nullable Object... parameters);

    /**
     * Statements that take more than their share, the most expensive first: this application's own of the last one to two
     * {@linkplain InsightConfig#window() windows}, joined with what pg_stat_statements has counted since the look before. Empty when
     * all is well.
     */
    Flux<SlowQuery> analyzeSlowQueries();

    /**
     * All statements of this application of the last one to two {@linkplain InsightConfig#window() windows} as it saw them, the one
     * that takes most time in all first. Asks no server; {@link SlowQuery#reasons()} is empty for those that are well. Empty
     * while none was seen; never errors.
     */
    Flux<SlowQuery> ownStatements();

    /** What should be changed, the most urgent first; each with evidence and the statements to run. Empty when all is well. */
    Flux<Recommendation> getQueryRecommendations();

    /** {@link #cancelLongRunningQueries(CancelPolicy)} with {@link CancelPolicy#defaults()}. */
    Flux<CancelledQuery> cancelLongRunningQueries();

    /**
     * Stops statements that run too long. Each is stopped only if its session still runs that very statement. What was done is told
     * to the manager's listeners as an {@link dev.evenkeel.event.AdministrativeAction} with the name of
     * {@link dev.evenkeel.CallContext#principal}.
     */
    Flux<CancelledQuery> cancelLongRunningQueries(CancelPolicy policy);

    /**
     * Stops this one statement, whoever's it is, if its session still runs that very one; the session goes on. Maintenance is refused, as
     * {@link CancelPolicy} says. Told to the listeners as the others are. Never empty: what came of it is in the result. Errors if its node is unknown or
     * does not answer. On cancel it may have been stopped or not.
     */
    Mono<CancelledQuery> cancel(RunningQuery query);

    /** What the sessions do at this moment, and who waits for whom; idle ones are left out. The oldest first for each node. */
    Flux<RunningQuery> runningQueries();

    /** What can be seen of each server, and what would let more be seen. */
    Flux<Capabilities> capabilities();

    /**
     * Statements that the server executes in another way than when it was last looked at: with executed plans (see
     * {@link InsightConfig#executedPlans()}) at each slow one, otherwise when recommendations are asked for. Never ends; a slow
     * subscriber misses some.
     */
    Flux<PlanChange> planChanges();

    /** Does not listen any more. The rest can still be asked, of what was heard until now. */
    void stop();
}
