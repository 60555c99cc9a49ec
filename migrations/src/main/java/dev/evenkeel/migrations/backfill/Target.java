package dev.evenkeel.migrations.backfill;

import dev.evenkeel.migrations.Backfill;
import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.sql.SqlStatement;
import java.util.Objects;

/**
 * The table whose rows are changed, as the catalog knows it.
 *
 * @param schema not quoted
 * @param type of the key, quoted and with its schema
 * @param estimate of the number of rows
 */
record Target(String schema, String type, long estimate) {

    /**
     * With parameters: schema, table, key. A row when the table has the column: its type, the estimate, and whether it can be
     * the key. The index must have the order and the equality of the column, so the column's collation and default operators.
     */
    static final String LOOKUP = """
            select quote_ident(tn.nspname) || '.' || quote_ident(t.typname), greatest(c.reltuples, 0)::bigint,
              a.attnotnull and exists (
                select from pg_index i join pg_opclass o on o.oid = i.indclass[0]
                where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
                  and i.indnkeyatts = 1 and i.indkey[0] = a.attnum and i.indcollation[0] = a.attcollation and o.opcdefault)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and not a.attisdropped and a.attnum > 0
            join pg_type t on t.oid = a.atttypid join pg_namespace tn on tn.oid = t.typnamespace
            where n.nspname = $1 and c.relname = $2 and a.attname = $3 and c.relkind in ('r', 'p')""";

    /**
     * Page and update are one statement with one snapshot, so that they see the same rows. The update names both ends of the
     * page: a range with one end only looks to the planner like a third of the table, which it might read as a whole. All
     * names of ours begin with the same word, because they hide tables of the developer's.
     */
    private static final String BATCH = """
            with evenkeel_page as materialized (
              select {key} as evenkeel_key from {table} where {beyond} order by {key} limit $1::int),
            evenkeel_first as materialized (select evenkeel_key from evenkeel_page order by evenkeel_key limit 1),
            evenkeel_last as materialized (select evenkeel_key from evenkeel_page order by evenkeel_key desc limit 1),
            evenkeel_changed as (
              update {table} set {set}
              where {key} between (select evenkeel_key from evenkeel_first) and (select evenkeel_key from evenkeel_last)
                and ({where}
              ) returning 1)
            select (select count(*) from evenkeel_page), (select count(*) from evenkeel_changed),
              (select evenkeel_key::text from evenkeel_last)""";

    /** Names table and key; a cursor of another key would mean nothing. */
    String place(Backfill backfill) {
        return table(backfill) + "." + HistoryTable.identifier(backfill.key());
    }

    private String table(Backfill backfill) {
        return HistoryTable.identifier(schema) + "." + HistoryTable.identifier(backfill.table());
    }

    /**
     * One batch. Its parameters are the number of rows and, unless it is the first, the last key of the batch before. Answers
     * with how many rows it looked at, how many it changed, and its last key.
     */
    String batch(Backfill backfill, boolean first) {
        String key = HistoryTable.identifier(backfill.table()) + "." + HistoryTable.identifier(backfill.key());
        return BATCH.replace("{table}", table(backfill))
                .replace("{beyond}", first ? "true" : key + " > $2::text::" + type)
                .replace("{key}", key)
                .replace("{where}", condition(backfill))
                .replace("{set}", backfill.set());
    }

    private static String condition(Backfill backfill) {
        return Objects.requireNonNullElse(backfill.where(), "true");
    }

    /** What is changed, to tell it from a later one with the same name. */
    static String definition(Backfill backfill) {
        return backfill.set() + "\n" + condition(backfill);
    }

    /** For messages. */
    static String outline(Backfill backfill) {
        String sql = "update " + backfill.table() + " set " + backfill.set() + "\nwhere " + condition(backfill);
        return SqlStatement.split(sql).get(0).outline();
    }
}
