package dev.evenkeel.migrations.cli;

import dev.evenkeel.migrations.EffectPolicy;
import dev.evenkeel.migrations.EffectReport;
import dev.evenkeel.migrations.MigrationManager;
import dev.evenkeel.migrations.Rehearsal;
import dev.evenkeel.migrations.StatementEffect;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "effects",
        mixinStandardHelpOptions = true,
        description =
                "Runs the pending scripts where it does not matter, and tells what each statement locks, rewrites and scans.")
final class EffectsCommand extends Action {

    @Option(
            names = "--on",
            paramLabel = "PLACE",
            description =
                    "scratch (default): an empty database beside the live one; database: the live one, rolled back")
    private Rehearsal.Place place = Rehearsal.Place.SCRATCH;

    @Option(names = "--since", paramLabel = "VERSION", description = "report scripts after this version only")
    private @Nullable String since;

    @Option(
            names = "--fail-on",
            split = ",",
            paramLabel = "RULE",
            converter = Rule.class,
            description = "exit with 1 on these: rewrite, scan, row_change, removal")
    private Set<EffectPolicy> policies = EnumSet.noneOf(EffectPolicy.class);

    /** {@code rewrite} for {@code FAIL_ON_REWRITE}. */
    static final class Rule implements ITypeConverter<EffectPolicy> {

        @Override
        public EffectPolicy convert(String name) {
            for (EffectPolicy policy : EffectPolicy.values()) {
                if (policy.rule().equals(name.toUpperCase(Locale.ROOT))) {
                    return policy;
                }
            }
            throw new TypeConversionException("'%s' is none of rewrite, scan, row_change, removal".formatted(name));
        }
    }

    @Override
    int run(MigrationManager migrations, Output output) {
        Rehearsal where = place == Rehearsal.Place.SCRATCH ? Rehearsal.onScratch() : Rehearsal.onDatabase();
        EffectReport report = await(migrations.effects(since == null ? where : where.since(since)));
        output.result(report, lines(report));
        for (EffectPolicy policy : policies) {
            report.require(policy);
        }
        return ExitCode.DONE;
    }

    private static List<String> lines(EffectReport report) {
        List<String> lines = new ArrayList<>();
        String script = "";
        for (StatementEffect it : report.statements()) {
            if (!it.script().equals(script)) {
                script = it.script();
                lines.add(script);
            }
            lines.add("  %d. %s, %d ms"
                    .formatted(it.number(), it.outline(), it.elapsed().toMillis()));
            it.tables().forEach(table -> lines.add("     " + table));
        }
        report.untried().forEach(name -> lines.add(name + " was not tried: it does not run in a transaction"));
        if (lines.isEmpty()) {
            lines.add("Nothing is pending.");
        }
        return lines;
    }
}
