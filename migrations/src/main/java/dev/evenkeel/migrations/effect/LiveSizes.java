package dev.evenkeel.migrations.effect;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.migrations.EffectReport;
import dev.evenkeel.migrations.StatementEffect;
import dev.evenkeel.migrations.TableEffect;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** How big the tables are where the migrations will really run: what a scan or a rewrite takes depends on that. */
public final class LiveSizes {

    private static final String SIZES = """
            select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, nullif(c.reltuples, -1)::bigint as rows,
              pg_total_relation_size(c.oid) as bytes
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')""";

    private final ReactiveDatabaseManager database;

    public LiveSizes(ReactiveDatabaseManager database) {
        this.database = database;
    }

    /** A table's. */
    public record Size(String table, @Nullable Long rows, Long bytes) {}

    /** By the names of the tables. */
    public Mono<Map<String, Size>> read() {
        return database.query(SIZES)
                .readOnly(ReadConsistency.STRONG)
                .label("table sizes")
                .map(row -> new Size(
                        Objects.requireNonNull(row.get("name", String.class)),
                        row.get("rows", Long.class),
                        Objects.requireNonNull(row.get("bytes", Long.class))))
                .collectMap(Size::table);
    }

    /** The same report with the sizes in it. */
    public static EffectReport addTo(EffectReport report, Map<String, Size> sizes) {
        return new EffectReport(
                report.statements().stream()
                        .map(statement -> new StatementEffect(
                                statement.script(),
                                statement.number(),
                                statement.outline(),
                                statement.transactional(),
                                statement.elapsed(),
                                statement.tables().stream()
                                        .map(table -> sized(table, sizes.get(table.table())))
                                        .toList(),
                                statement.assured()))
                        .toList(),
                report.untried());
    }

    private static TableEffect sized(TableEffect table, @Nullable Size size) {
        return size == null
                ? table
                : new TableEffect(
                        table.table(),
                        table.lock(),
                        table.rewritten(),
                        table.scanned(),
                        table.indexes(),
                        table.removed(),
                        table.rowsChanged(),
                        size.rows(),
                        size.bytes());
    }
}
