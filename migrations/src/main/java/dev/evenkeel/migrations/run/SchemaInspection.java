package dev.evenkeel.migrations.run;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.SchemaFinding;
import dev.evenkeel.migrations.SchemaValidation;
import dev.evenkeel.migrations.history.Comparison;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.run.LiveHistory.Found;
import dev.evenkeel.migrations.schema.LiveSchema;
import dev.evenkeel.migrations.schema.LiveSchema.Look;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;

/** Compares files, history and live schema through the manager's own connections. */
final class SchemaInspection {

    private final LiveHistory live;
    private final LiveSchema schema;
    private final MigrationConfig config;

    SchemaInspection(ReactiveDatabaseManager database, LiveHistory live, MigrationConfig config) {
        this.live = live;
        this.schema = new LiveSchema(database);
        this.config = config;
    }

    Mono<SchemaValidation> validate(Scripts scripts, Scripts contracts) {
        return live.read()
                .flatMap(found -> schema.look(found.table(), found.hasSnapshots())
                        .map(look -> verdict(found, look, scripts, contracts)));
    }

    private SchemaValidation verdict(Found found, Look look, Scripts scripts, Scripts contracts) {
        Outlook outlook = Outlook.of(found.history(), scripts, config);
        List<SchemaFinding> findings = new ArrayList<>(outlook.comparison().findings());
        findings.addAll(Comparison.of(found.contracts(), contracts, false).findings());
        findings.addAll(look.invalidIndexes());
        String head = found.history().head().map(HistoryRow::script).orElse("");
        boolean comparable = look.leftBy(head);
        if (comparable) {
            findings.addAll(look.drift());
        }
        return new SchemaValidation(
                found.history().version().map(Version::toString).orElse(null),
                outlook.pendingScripts(),
                findings,
                comparable);
    }
}
