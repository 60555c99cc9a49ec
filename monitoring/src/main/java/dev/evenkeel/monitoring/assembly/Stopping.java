package dev.evenkeel.monitoring.assembly;

import dev.evenkeel.CallContext;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.monitoring.CancelPolicy;
import dev.evenkeel.monitoring.CancelledQuery;
import dev.evenkeel.monitoring.CancelledQuery.Outcome;
import dev.evenkeel.monitoring.RunningQuery;
import dev.evenkeel.monitoring.server.Activity;
import dev.evenkeel.monitoring.server.Cancellation;
import io.r2dbc.spi.Connection;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Stops what a policy is about, and has it told to the audit. */
record Stopping(ReactiveDatabaseManager db, Nodes nodes) {

    Flux<CancelledQuery> run(CancelPolicy policy) {
        return Flux.deferContextual(context -> nodes.each((node, connection) -> on(node, connection, policy))
                .doOnNext(done ->
                        audit(done, policy, CallContext.principal(context).orElse("-"))));
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
        return Mono.deferContextual(context -> db.inspect(
                        query.node(), connection -> Cancellation.stop(query, CancelPolicy.Action.CANCEL, connection))
                .next()
                .doOnNext(done -> audit(
                        done,
                        CancelPolicy.defaults(),
                        CallContext.principal(context).orElse("-"))));
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
                        : Cancellation.stop(query, policy.action(), connection));
    }

    private void audit(CancelledQuery done, CancelPolicy policy, String by) {
        if (done.outcome() == Outcome.SIGNALLED || done.outcome() == Outcome.REFUSED) {
            RunningQuery query = done.query();
            db.announce(new AdministrativeAction(
                    policy.action() == CancelPolicy.Action.CANCEL ? "cancel" : "terminate",
                    "%s, process %d, statement %s".formatted(query.node(), query.pid(), query.fingerprint()),
                    by,
                    done.outcome() == Outcome.SIGNALLED,
                    query.age(),
                    "%s of role %s: %s".formatted(query.application(), query.user(), done.reason())));
        }
    }
}
