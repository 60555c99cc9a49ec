package dev.evenkeel.migrations.schema;

import dev.evenkeel.migrations.history.HistoryTable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The query that takes a schema's fingerprint from the catalog.
 *
 * <p>Left out: what belongs to an extension, our own tables and the history, and constraints for NOT NULL, which PostgreSQL 18
 * stores in another place than 17 (they are in the column's definition). Columns are numbered among those that are left, so a
 * dropped one leaves no trace. Run it with {@link #SEARCH_PATH}: what PostgreSQL prints depends on it.
 */
final class Catalog {

    static final String SEARCH_PATH = "pg_catalog";

    private static final String QUERY = """
            with ns as (select oid from pg_namespace where nspname = %1$s),
            own as (select objid, classid from pg_depend where deptype = 'e'),
            rel as (
              select c.* from pg_class c join ns on ns.oid = c.relnamespace
              where not exists (select from own where objid = c.oid and classid = 'pg_class'::regclass)
                and c.relname <> all (array[%2$s])
                and not exists (
                  select from pg_index i join pg_class t on t.oid = i.indrelid
                  where i.indexrelid = c.oid and t.relname = any (array[%2$s]))
                and not exists (
                  select from pg_depend d join pg_class t on t.oid = d.refobjid
                  where d.objid = c.oid and d.deptype in ('a', 'i') and c.relkind = 'S' and t.relname = any (array[%2$s]))),
            tab as (select * from rel where relkind in ('r', 'p', 'f', 'v', 'm', 'c'))
            select 'table' as kind, relname::text as name, concat_ws(' ', relkind, relpersistence,
                case when relrowsecurity then 'rls' end, case when relforcerowsecurity then 'forced' end, relreplident,
                array_to_string(reloptions, ','), pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid),
                (select string_agg(inhparent::regclass::text, ',' order by inhseqno) from pg_inherits where inhrelid = tab.oid))
              as def from tab
            union all
            select 'column', tab.relname || '.' || a.attname, concat_ws(' ',
                row_number() over (partition by tab.oid order by a.attnum), format_type(a.atttypid, a.atttypmod),
                case when a.attnotnull then 'not null' end, nullif(a.attidentity, ''), nullif(a.attgenerated, ''),
                pg_get_expr(d.adbin, d.adrelid),
                (select collname from pg_collation l where l.oid = a.attcollation and l.collname <> 'default'))
              from tab join pg_attribute a on a.attrelid = tab.oid and a.attnum > 0 and not a.attisdropped
              left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            union all
            select 'constraint', tab.relname || '.' || k.conname,
                concat_ws(' ', pg_get_constraintdef(k.oid), case when not k.convalidated then 'unproven' end)
              from tab join pg_constraint k on k.conrelid = tab.oid and k.contype <> 'n'
            union all
            select 'index', t.relname || '.' || rel.relname, concat_ws(' ', pg_get_indexdef(rel.oid),
                case when not i.indisvalid then 'INVALID' end, case when i.indisclustered then 'clustered' end,
                case when i.indisreplident then 'replica identity' end)
              from rel join pg_index i on i.indexrelid = rel.oid join pg_class t on t.oid = i.indrelid
            union all
            select 'view', relname, pg_get_viewdef(oid) from tab where relkind in ('v', 'm')
            union all
            select 'sequence', rel.relname, concat_ws(' ', format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin,
                s.seqmax, s.seqcache, s.seqcycle)
              from rel join pg_sequence s on s.seqrelid = rel.oid
            union all
            select 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
                case when p.prokind = 'a' then 'aggregate' else pg_get_functiondef(p.oid) end
              from pg_proc p join ns on ns.oid = p.pronamespace
              where not exists (select from own where objid = p.oid and classid = 'pg_proc'::regclass)
            union all
            select 'trigger', tab.relname || '.' || g.tgname, concat_ws(' ', g.tgenabled, pg_get_triggerdef(g.oid))
              from tab join pg_trigger g on g.tgrelid = tab.oid and not g.tgisinternal
            union all
            select 'rule', tab.relname || '.' || w.rulename, pg_get_ruledef(w.oid)
              from tab join pg_rewrite w on w.ev_class = tab.oid and w.rulename <> '_RETURN'
            union all
            select 'policy', tab.relname || '.' || y.polname, concat_ws(' ', y.polcmd, y.polpermissive,
                (select string_agg(r.rolname, ',' order by r.rolname) from pg_roles r where r.oid = any (y.polroles)),
                pg_get_expr(y.polqual, y.polrelid), pg_get_expr(y.polwithcheck, y.polrelid))
              from tab join pg_policy y on y.polrelid = tab.oid
            union all
            select 'type', t.typname, concat_ws(' ', t.typtype,
                (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
                nullif(format_type(nullif(t.typbasetype, 0), t.typtypmod), '-'), t.typdefault,
                case when t.typnotnull then 'not null' end,
                (select string_agg(pg_get_constraintdef(k.oid), ' ' order by k.conname) from pg_constraint k
                  where k.contypid = t.oid and k.contype <> 'n'))
              from pg_type t join ns on ns.oid = t.typnamespace
              where t.typtype in ('e', 'd', 'r')
                and not exists (select from own where objid = t.oid and classid = 'pg_type'::regclass)
            union all
            select 'statistics', s.stxname, pg_get_statisticsobjdef(s.oid)
              from pg_statistic_ext s join ns on ns.oid = s.stxnamespace
            union all
            select 'extension', extname, '' from pg_extension join ns on ns.oid = extnamespace""";

    private Catalog() {}

    /** Rows of kind, name and definition. */
    static String query(HistoryTable table) {
        String ours = Stream.of(
                        table.name(),
                        HistoryTable.CONTRACTS,
                        "evenkeel_rollback",
                        "evenkeel_schema",
                        "evenkeel_instance",
                        "evenkeel_commit")
                .map(HistoryTable::literal)
                .collect(Collectors.joining(", "));
        return QUERY.formatted(HistoryTable.literal(table.schema()), ours);
    }

    /** Indexes that a concurrent build has left behind, and that no build is working on: one column. */
    static String invalidIndexes(HistoryTable table) {
        return "select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid"
                + " join pg_namespace n on n.oid = c.relnamespace where not i.indisvalid and c.relkind = 'i' and n.nspname = "
                + HistoryTable.literal(table.schema())
                + " and not exists (select from pg_stat_progress_create_index p where p.index_relid = c.oid) order by 1";
    }
}
