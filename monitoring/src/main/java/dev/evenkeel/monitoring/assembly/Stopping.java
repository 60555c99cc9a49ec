package dev.evenkeel.monitoring.assembly;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.event.AdministrativeAction.Ending;
import dev.evenkeel.monitoring.CancelPolicy;
import dev.evenkeel.monitoring.CancelPolicy.Action;
import dev.evenkeel.monitoring.CancelledQuery;
import dev.evenkeel.monitoring.CancelledQuery.Outcome;
import dev.evenkeel.monitoring.RunningQuery;
import dev.evenkeel.monitoring.server.Activity;
import dev.evenkeel.monitoring.server.Cancellation;
import io.r2dbc.spi.Connection;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Stops what a policy is about, and has it told to the audit. */
record Stopping(ReactiveDatabaseManager db, Nodes nodes) {

    Flux<CancelledQuery> run(CancelPolicy policy) {
        return nodes.each((node, connection) -> on(node, connection, policy));
    }

    Mono<CancelledQuery> run(RunningQuery query) {
        if (!query.state().equals("active")) {
            return Mono.just(
                    new CancelledQuery(query, Outcome.REFUSED, "it runs no statement: it is " + query.state()));
        }
        if (Cancellation.isMaintenance(query)) {
            return Mono.just(new CancelledQuery(
                    query,
                    Outcome.REFUSED,
                    "maintenance, migrations and our own inspection must not be stopped half-way"));
        }
        return db.inspect(query.node(), connection -> stop(query, Action.CANCEL, connection))
                .next();
    }

    private Flux<CancelledQuery> on(String node, Connection connection, CancelPolicy policy) {
        return Cancellation.role(connection)
                .flatMapMany(role -> Activity.of(node, db.config().applicationName(), connection)
                        .filter(query -> Cancellation.concerns(policy, query, role)))
                .take(policy.most())
                .collectList()
                .flatMapMany(Flux::fromIterable)
                .concatMap(query -> policy.reportOnly()
                        ? Mono.just(new CancelledQuery(query, Outcome.REPORTED, "it runs for " + query.age()))
                        : stop(query, policy.action(), connection));
    }

    private Mono<CancelledQuery> stop(RunningQuery query, Action action, Connection connection) {
        return db.announcing(
                action == Action.CANCEL ? "cancel" : "terminate",
                "%s, process %d, statement %s".formatted(query.node(), query.pid(), query.fingerprint()),
                Cancellation.stop(query, action, connection),
                done -> done.outcome() == Outcome.GONE ? Optional.empty() : Optional.of(ending(done)));
    }

    private static Ending ending(CancelledQuery done) {
        return new Ending(
                done.outcome() == Outcome.SIGNALLED,
                "%s of role %s: %s"
                        .formatted(done.query().application(), done.query().user(), done.reason()));
    }
}
