package dev.evenkeel.migrations.script;

import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.sql.SqlStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Queries about the data of a migration, {@code V7__name.pre.sql} or {@code V7__name.post.sql}. Immutable.
 *
 * @param moment when they are asked
 * @param queries each of which finds the rows that are wrong
 */
public record CheckFile(String path, Version version, Moment moment, List<SqlStatement> queries) {

    private static final Pattern NAME = Pattern.compile("V(.+?)__.*\\.(pre|post)\\.sql");
    private static final List<String> QUERIES = List.of("select", "with", "values", "table");

    /** Before the statements of the migration, or behind them. */
    public enum Moment {
        PRE,
        POST
    }

    public CheckFile {
        queries = List.copyOf(queries);
    }

    /**
     * Reads those of these migrations. Blocks.
     *
     * @throws InvalidConfigurationException when a file has another name, belongs to no migration, or has a statement that is
     *     no query: it would never be asked, and nobody would notice
     */
    public static List<CheckFile> read(MigrationConfig config, Scripts scripts) {
        List<CheckFile> checks = new ArrayList<>();
        config.checkLocations().stream()
                .flatMap(location -> Location.files(location).stream())
                .map(file -> of(file, scripts))
                .forEach(checks::add);
        return List.copyOf(checks);
    }

    private static CheckFile of(ScriptFile file, Scripts scripts) {
        Matcher name = NAME.matcher(file.name());
        if (!name.matches() || !Version.isOne(name.group(1))) {
            throw refused(
                    file,
                    "V<version>__<name>.pre.sql or V<version>__<name>.post.sql",
                    "give it the version of the migration that it checks");
        }
        Version version = Version.of(name.group(1));
        if (scripts.versioned().stream().noneMatch(script -> version.equals(script.version()))) {
            throw refused(
                    file,
                    "the version of a migration in migrations.locations",
                    "there is no version %s".formatted(version));
        }
        List<SqlStatement> queries = SqlStatement.split(file.content());
        for (SqlStatement query : queries) {
            if (QUERIES.stream().noneMatch(query::startsWith)) {
                throw refused(
                        file,
                        "select, with, values or table in front",
                        "line %d (%s) is no query: what a check finds is wrong, it changes nothing"
                                .formatted(query.line(), query.outline()));
            }
        }
        return new CheckFile(file.path(), version, Moment.valueOf(name.group(2).toUpperCase(Locale.ROOT)), queries);
    }

    private static InvalidConfigurationException refused(ScriptFile file, String allowed, String remedy) {
        return InvalidConfigurationException.of("migrations.checkLocations", "'" + file.path() + "'", allowed, remedy);
    }
}
