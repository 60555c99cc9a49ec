package dev.evenkeel.migrations.run;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.EffectReport;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.Rehearsal;
import dev.evenkeel.migrations.effect.EffectProbe;
import dev.evenkeel.migrations.effect.LiveSizes;
import dev.evenkeel.migrations.effect.ScratchDatabase;
import dev.evenkeel.migrations.flyway.FlywayEngine;
import dev.evenkeel.migrations.run.LiveHistory.Found;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.SessionRunner;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Runs what is pending where it does not matter, and reports what it does to tables. */
final class Rehearsing {

    private static final Logger log = LoggerFactory.getLogger(Rehearsing.class);

    private final MigrationConfig config;
    private final SessionRunner sessions;
    private final LiveSizes sizes;

    Rehearsing(ReactiveDatabaseManager database, MigrationConfig config, SessionRunner sessions) {
        this.config = config;
        this.sessions = sessions;
        this.sizes = new LiveSizes(database);
    }

    Mono<EffectReport> effects(Rehearsal how, Found found, Scripts scripts) {
        Outlook outlook = Outlook.of(found.history(), scripts, config);
        outlook.refuse();
        Set<String> reported = new HashSet<>(outlook.pendingScripts());
        if (how.since() != null) {
            Version since = Version.of(how.since());
            reported = scripts.versioned().stream()
                    .filter(script ->
                            script.version() != null && script.version().compareTo(since) > 0)
                    .map(script -> script.file().path())
                    .collect(Collectors.toSet());
        }
        if (reported.isEmpty()) {
            return Mono.just(new EffectReport(List.of(), List.of()));
        }
        log.info("Rehearsing {} scripts on {}", reported.size(), how.place());
        Mono<EffectReport> report = how.place() == Rehearsal.Place.SCRATCH
                ? onScratch(found, outlook, scripts, reported)
                : onDatabase(how, found, outlook, scripts);
        return Mono.zip(report, sizes.read()).map(seen -> LiveSizes.addTo(seen.getT1(), seen.getT2()));
    }

    private Mono<EffectReport> onScratch(Found found, Outlook outlook, Scripts scripts, Set<String> reported) {
        return new ScratchDatabase(sessions)
                .use(
                        found.table().schema(),
                        scratch -> scratch.ask((session, progress) -> {
                            EffectProbe probe = new EffectProbe(session, progress, scripts, reported::contains);
                            new FlywayEngine(session, config, scripts).migrate(outlook.target(), probe);
                            return new EffectReport(probe.effects(), List.of());
                        }));
    }

    private Mono<EffectReport> onDatabase(Rehearsal how, Found found, Outlook outlook, Scripts scripts) {
        if (found.history().rows().isEmpty()) {
            return Mono.error(new MigrationException(Failure.of(
                    "NO_HISTORY",
                    ErrorType.SCHEMA,
                    "Schema %s has no history, and a rehearsal on the live database would have to begin one"
                            .formatted(found.table().schema()),
                    "use Rehearsal.onScratch()")));
        }
        List<String> untried = outlook.comparison().pending().stream()
                .filter(script -> !scripts.runsInTransaction(script))
                .map(script -> script.file().path())
                .toList();
        List<String> tried = outlook.pendingScripts().stream()
                .filter(script -> !untried.contains(script))
                .toList();
        if (tried.isEmpty()) {
            return Mono.just(new EffectReport(List.of(), untried));
        }
        Scripts transactional = scripts.without(Set.copyOf(untried));
        return sessions.askAlone((session, progress) -> {
            session.execute("set lock_timeout = %d; set statement_timeout = %d"
                    .formatted(
                            how.lockTimeout().toMillis(), how.statementTimeout().toMillis()));
            EffectProbe probe = new EffectProbe(session, progress, transactional, tried::contains);
            new FlywayEngine(session, config, transactional)
                    .rehearse(outlook.target(), tried.get(tried.size() - 1), probe);
            return new EffectReport(probe.effects(), untried);
        });
    }
}
