package dev.evenkeel.migrations.schema;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps invalid indexes from staying. {@code create index concurrently} that fails, or whose process is killed, leaves an index
 * behind that is written and never read; with {@code if not exists} the next attempt takes it for the one that was wanted, and a
 * unique one then lets duplicates in. Blocks; only outside a transaction.
 */
public final class ConcurrentBuilds {

    private final MigrationSession session;
    private List<String> invalidBefore = List.of();
    private @Nullable SqlStatement building;

    public ConcurrentBuilds(MigrationSession session) {
        this.session = session;
    }

    private static boolean isOne(SqlStatement statement) {
        return statement.startsWith("create index concurrently")
                || statement.startsWith("create unique index concurrently");
    }

    /** Drops what an earlier build of the same index has left; returns its name. */
    public Optional<String> begin(SqlStatement statement) throws SQLException {
        building = isOne(statement) ? statement : null;
        if (building == null) {
            return Optional.empty();
        }
        Optional<String> leftover = name(statement).filter(invalid()::contains);
        if (leftover.isPresent()) {
            drop(leftover.get());
        }
        invalidBefore = invalid();
        return leftover;
    }

    /** The build has succeeded, so it must be valid. */
    public void end() throws SQLException {
        List<String> broken = newlyInvalid();
        building = null;
        if (!broken.isEmpty()) {
            throw new MigrationException(Failure.of(
                    "INDEX_INVALID",
                    ErrorType.SCHEMA,
                    "Index %s was built and is not valid".formatted(broken.get(0)),
                    "drop index concurrently " + broken.get(0) + ", and run the migrations again"));
        }
    }

    /** The build has failed: drops what it left, and returns the names. */
    public List<String> failed() throws SQLException {
        List<String> left = newlyInvalid();
        building = null;
        for (String index : left) {
            drop(index);
        }
        return left;
    }

    /** Whether the statement that began last builds an index concurrently. */
    public boolean isBuilding() {
        return building != null;
    }

    private List<String> newlyInvalid() throws SQLException {
        List<String> now = new ArrayList<>(building == null ? List.of() : invalid());
        now.removeAll(invalidBefore);
        return now;
    }

    private List<String> invalid() throws SQLException {
        return session.query(Catalog.invalidIndexes(session.table()), row -> row.getString(1));
    }

    private void drop(String index) throws SQLException {
        session.execute("drop index concurrently if exists " + session.table().quoted(index));
    }

    /** As the catalog has it; empty when the server is to make one up. */
    private static Optional<String> name(SqlStatement statement) {
        List<String> words = statement.words();
        int at = words.indexOf("concurrently") + 1;
        if (words.size() > at + 2 && words.get(at).equals("if")) {
            at += 3;
        }
        String name = at < words.size() ? words.get(at) : "on";
        if (name.equals("on")) {
            return Optional.empty();
        }
        return Optional.of(
                name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name);
    }
}
