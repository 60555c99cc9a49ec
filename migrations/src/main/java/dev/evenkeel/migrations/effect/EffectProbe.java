package dev.evenkeel.migrations.effect;

import dev.evenkeel.migrations.StatementEffect;
import dev.evenkeel.migrations.TableEffect;
import dev.evenkeel.migrations.flyway.ScriptListener;
import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.script.Assurances;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Looks at all relations before and after each statement, on the connection and in the transaction of the script.
 *
 * <p>PostgreSQL holds every lock to the end of the transaction, gives a table another file when it writes it anew, and counts
 * the scans of a transaction, those inside {@code alter table} included. So what a statement did can be read off, whatever it
 * says: rules about its text would have to know that {@code timestamp} becomes {@code timestamptz} for free in one time zone only.
 */
public final class EffectProbe implements ScriptListener {

    private final MigrationSession session;
    private final Progress progress;
    private final Scripts scripts;
    private final Predicate<String> reported;
    private final List<StatementEffect> effects = new ArrayList<>();
    private Set<String> assured = Set.of();
    private Set<Long> known = Set.of();
    private Map<Long, Relation> before = Map.of();
    private SqlStatement statement = SqlStatement.first("");
    private String script = "";
    private boolean transactional;
    private int number;
    private long begun;

    /** Keeps the effects of those scripts only that are to be {@code reported}. */
    public EffectProbe(MigrationSession session, Progress progress, Scripts scripts, Predicate<String> reported) {
        this.session = session;
        this.progress = progress;
        this.scripts = scripts;
        this.reported = reported;
    }

    @Override
    public void scriptStarted(String name, boolean inTransaction) throws SQLException {
        progress.scriptStarted(name, inTransaction);
        script = name;
        transactional = inTransaction;
        number = 0;
        if (reported.test(name)) {
            assured = Assurances.of(scripts.byPath().get(name));
            before = look();
            known = before.keySet();
        }
    }

    @Override
    public void statementStarted(String sql) throws SQLException {
        statement = SqlStatement.first(sql);
        progress.statementStarted(statement.outline());
        number++;
        begun = System.nanoTime();
    }

    @Override
    public void statementEnded() throws SQLException {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - begun);
        progress.statementEnded();
        if (reported.test(script)) {
            Map<Long, Relation> after = look();
            List<TableEffect> tables = new Comparison(statement, before, after).of(known, transactional);
            before = after;
            effects.add(
                    new StatementEffect(script, number, statement.outline(), transactional, elapsed, tables, assured));
        }
    }

    @Override
    public void statementFailed() {
        progress.statementEnded();
    }

    @Override
    public void scriptEnded(String name) {
        progress.checkCancelled();
    }

    private Map<Long, Relation> look() throws SQLException {
        String history = HistoryTable.literal(session.table().quoted());
        return Relation.byOid(session.query(Relation.ALL.formatted(history), Relation::of));
    }

    public List<StatementEffect> effects() {
        return List.copyOf(effects);
    }
}
