package dev.evenkeel.bulk;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.SchemaMismatchException;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import reactor.core.publisher.Mono;

/**
 * The table and its columns as the server names them, quoted where they must be, so that no name of the caller's becomes part of
 * a statement.
 */
record TargetTable(String name, List<Column> columns) {

    /** Both in the form in which they may stand in a statement. */
    record Column(String plainName, String name, String type) {

        /** Arrays of arrays would be taken apart, and those of boxes have semicolons in them. */
        boolean travelsAsText() {
            return type.endsWith("[]") || type.equals("box");
        }
    }

    private record Found(String table, Column column) {}

    private static final String COLUMNS = """
            select a.attrelid::regclass::text, a.attname::text, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)
            from pg_attribute a
            where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped
            order by a.attnum
            """;

    /** An error if one of them is not there. */
    static Mono<TargetTable> of(ReactiveDatabaseManager db, Connection held, String table, List<String> wanted) {
        return db.query(COLUMNS, table)
                .label("columns of " + table)
                .on(held)
                .map(row -> new Found(text(row, 0), new Column(text(row, 1), text(row, 2), text(row, 3))))
                .collectList()
                .map(found -> of(chosen(table, wanted, found), found));
    }

    /** Who was looked for and found has a table. */
    private static TargetTable of(List<Column> chosen, List<Found> found) {
        return new TargetTable(found.get(0).table(), chosen);
    }

    private static String text(Row row, int column) {
        return Objects.requireNonNull(row.get(column, String.class));
    }

    private static List<Column> chosen(String table, List<String> wanted, List<Found> found) {
        List<Column> chosen = new ArrayList<>();
        for (String name : wanted) {
            chosen.add(found.stream()
                    .map(Found::column)
                    .filter(column -> column.plainName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> missing(table, name, found)));
        }
        return chosen;
    }

    private static SchemaMismatchException missing(String table, String name, List<Found> found) {
        String there = found.stream().map(each -> each.column().plainName()).collect(Collectors.joining(", "));
        return new SchemaMismatchException(Failure.of(
                "42703",
                ErrorType.SCHEMA,
                "Table %s has no column %s; it has %s".formatted(table, name, there),
                "write the name as the server stores it, in lower case unless it was created in quotes",
                "look whether a migration is missing"));
    }

    String statement(boolean skipsConflicts) {
        return "insert into %s (%s) select %s from unnest(%s) as row (%s)%s"
                .formatted(
                        name,
                        each(i -> columns.get(i).name()),
                        each(i -> columns.get(i).travelsAsText()
                                ? "v%d::%s".formatted(i, columns.get(i).type())
                                : "v" + i),
                        each(i -> "$%d::%s[]"
                                .formatted(
                                        i + 1,
                                        columns.get(i).travelsAsText()
                                                ? "text"
                                                : columns.get(i).type())),
                        each(i -> "v" + i),
                        skipsConflicts ? " on conflict do nothing" : "");
    }

    String copy() {
        return "copy %s (%s) from stdin"
                .formatted(name, each(i -> columns.get(i).name()));
    }

    private String each(IntFunction<String> part) {
        return IntStream.range(0, columns.size()).mapToObj(part).collect(Collectors.joining(", "));
    }
}
