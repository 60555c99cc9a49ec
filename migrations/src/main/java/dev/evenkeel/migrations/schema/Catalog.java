package dev.evenkeel.migrations.schema;

import dev.evenkeel.migrations.history.HistoryTable;
import java.util.Collections;
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

    private static final int MOST_FIELDS = 10;

    private static final String QUERY = """
            with ns as (select oid, nspname from pg_namespace where nspname = {schema}),
            own as (select objid, classid from pg_depend where deptype = 'e'),
            rel as (
              select c.*, quote_ident(c.relname) as q, quote_ident(ns.nspname) || '.' || quote_ident(c.relname) as full_name,
                  case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
                    when 'i' then 'index' when 'I' then 'index' when 'S' then 'sequence' when 'c' then 'type' else 'table' end as what
              from pg_class c join ns on ns.oid = c.relnamespace
              where not exists (select from own where objid = c.oid and classid = 'pg_class'::regclass)
                and c.relname <> all (array[{ours}])
                and not exists (
                  select from pg_index i join pg_class t on t.oid = i.indrelid
                  where i.indexrelid = c.oid and t.relname = any (array[{ours}]))
                and not exists (
                  select from pg_depend d join pg_class t on t.oid = d.refobjid
                  where d.objid = c.oid and d.deptype in ('a', 'i') and c.relkind = 'S' and t.relname = any (array[{ours}]))),
            tab as (select * from rel where relkind in ('r', 'p', 'f', 'v', 'm', 'c')),
            col as (select a.*, tab.q || '.' || quote_ident(a.attname) as q, tab.full_name, tab.relowner, tab.relkind
              from tab join pg_attribute a on a.attrelid = tab.oid and a.attnum > 0 and not a.attisdropped),
            fun as (
              select p.*, quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' as q,
                case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as what, ns.nspname
              from pg_proc p join ns on ns.oid = p.pronamespace
              where not exists (select from own where objid = p.oid and classid = 'pg_proc'::regclass)),
            typ as (
              select t.*, quote_ident(t.typname) as q, ns.nspname from pg_type t join ns on ns.oid = t.typnamespace
              where t.typtype in ('e', 'd', 'r')
                and not exists (select from own where objid = t.oid and classid = 'pg_type'::regclass)),
            acl as (
              select what || ' ' || full_name as object, '' as part, relowner as owner, a.* from tab, aclexplode(relacl) a
              union all
              select 'sequence ' || full_name, '', relowner, a.* from rel, aclexplode(relacl) a where relkind = 'S'
              union all
              select 'table ' || full_name, ' (' || quote_ident(attname) || ')', relowner, a.* from col, aclexplode(attacl) a
              union all
              select what || ' ' || quote_ident(nspname) || '.' || q, '', proowner, a.*
                from fun, aclexplode(coalesce(proacl, acldefault('f', proowner))) a)
            select 'table' as kind, q as name, format({10}, relkind, relpersistence,
                case when relrowsecurity then 'rls' end, case when relforcerowsecurity then 'forced' end, relreplident,
                array_to_string(reloptions, ','), pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid),
                (select string_agg(inhparent::regclass::text, ',' order by inhseqno) from pg_inherits where inhrelid = tab.oid),
                quote_ident(pg_get_userbyid(relowner)))
              as def, oid::text as identity from tab
            union all
            select 'column', col.q, format({7},
                row_number() over (partition by col.attrelid order by col.attnum), format_type(col.atttypid, col.atttypmod),
                case when col.attnotnull then 'not null' end, nullif(col.attidentity, ''), nullif(col.attgenerated, ''),
                pg_get_expr(d.adbin, d.adrelid),
                (select quote_ident(n.nspname) || '.' || quote_ident(l.collname) from pg_collation l
                  join pg_namespace n on n.oid = l.collnamespace where l.oid = col.attcollation and l.collname <> 'default')),
                col.attrelid || '.' || col.attnum
              from col left join pg_attrdef d on d.adrelid = col.attrelid and d.adnum = col.attnum
            union all
            select 'constraint', tab.q || '.' || quote_ident(k.conname), pg_get_constraintdef(k.oid), k.oid::text
              from tab join pg_constraint k on k.conrelid = tab.oid and k.contype <> 'n'
            union all
            select 'index', quote_ident(t.relname) || '.' || rel.q, format({4}, pg_get_indexdef(rel.oid),
                case when not i.indisvalid then 'INVALID' end, case when i.indisclustered then 'clustered' end,
                case when i.indisreplident then 'replica identity' end), rel.oid::text
              from rel join pg_index i on i.indexrelid = rel.oid join pg_class t on t.oid = i.indrelid
            union all
            select 'view', q, format({3}, relkind, array_to_string(reloptions, ','), pg_get_viewdef(oid)), oid::text
              from tab where relkind in ('v', 'm')
            union all
            select 'sequence', rel.q, format({7}, format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin,
                s.seqmax, s.seqcache, s.seqcycle), rel.oid::text
              from rel join pg_sequence s on s.seqrelid = rel.oid
            union all
            select 'function', q, format({3}, what, case when prokind = 'a' then '' else pg_get_functiondef(oid) end,
                quote_ident(pg_get_userbyid(proowner))), oid::text from fun
            union all
            select 'trigger', tab.q || '.' || quote_ident(g.tgname), format({2}, g.tgenabled, pg_get_triggerdef(g.oid)), g.oid::text
              from tab join pg_trigger g on g.tgrelid = tab.oid and not g.tgisinternal
            union all
            select 'rule', tab.q || '.' || quote_ident(w.rulename), format({2}, w.ev_enabled, pg_get_ruledef(w.oid)), w.oid::text
              from tab join pg_rewrite w on w.ev_class = tab.oid and w.rulename <> '_RETURN'
            union all
            select 'policy', tab.q || '.' || quote_ident(y.polname), format({5}, y.polcmd, y.polpermissive,
                (select string_agg(case when o = 0 then 'public' else quote_ident(pg_get_userbyid(o)) end, ', ' order by 1)
                  from unnest(y.polroles) o),
                pg_get_expr(y.polqual, y.polrelid), pg_get_expr(y.polwithcheck, y.polrelid)), y.oid::text
              from tab join pg_policy y on y.polrelid = tab.oid
            union all
            select 'type', typ.q, format({6}, typ.typtype,
                (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e
                  where e.enumtypid = typ.oid),
                nullif(format_type(nullif(typ.typbasetype, 0), typ.typtypmod), '-'), typ.typdefault,
                case when typ.typnotnull then 'not null' end,
                (select string_agg('constraint ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), ' '
                  order by k.conname) from pg_constraint k where k.contypid = typ.oid and k.contype <> 'n')), typ.oid::text
              from typ
            union all
            select 'statistics', quote_ident(s.stxname), pg_get_statisticsobjdef(s.oid), s.oid::text
              from pg_statistic_ext s join ns on ns.oid = s.stxnamespace
            union all
            select 'extension', quote_ident(extname), '', e.oid::text from pg_extension e join ns on ns.oid = extnamespace
            union all
            select 'comment', case when d.objsubid = 0 then rel.what || ' ' || rel.full_name
                else 'column ' || rel.full_name || '.' || quote_ident(a.attname) end, d.description, ''
              from rel join pg_description d on d.objoid = rel.oid and d.classoid = 'pg_class'::regclass
              left join pg_attribute a on a.attrelid = rel.oid and a.attnum = d.objsubid
            union all
            select 'comment', fun.what || ' ' || quote_ident(fun.nspname) || '.' || fun.q, d.description, ''
              from fun join pg_description d on d.objoid = fun.oid and d.classoid = 'pg_proc'::regclass
            union all
            select 'comment', case typ.typtype when 'd' then 'domain ' else 'type ' end || quote_ident(typ.nspname) || '.' || typ.q,
                d.description, ''
              from typ join pg_description d on d.objoid = typ.oid and d.classoid = 'pg_type'::regclass
            union all
            select 'comment', 'constraint ' || quote_ident(k.conname) || ' on ' || tab.full_name, d.description, ''
              from tab join pg_constraint k on k.conrelid = tab.oid
              join pg_description d on d.objoid = k.oid and d.classoid = 'pg_constraint'::regclass
            union all
            select 'grant', privilege_type || part || ' on ' || regexp_replace(object, '^(materialized view|view|foreign table)', 'table')
                || ' to ' || case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
                case when bool_or(is_grantable) then 'with grant option' else '' end, ''
              from acl where grantee <> owner group by privilege_type, part, object, grantee""";

    private Catalog() {}

    /**
     * Rows of kind, name, definition and identity. The definition has fields with {@link SchemaItem#FIELD} between them; names
     * are quoted where they must be.
     */
    static String query(HistoryTable table) {
        String ours = Stream.of(
                        table.name(),
                        HistoryTable.CONTRACTS,
                        "evenkeel_rollback",
                        "evenkeel_schema",
                        "evenkeel_instance",
                        "evenkeel_backfill",
                        "evenkeel_commit")
                .map(HistoryTable::literal)
                .collect(Collectors.joining(", "));
        String query =
                QUERY.replace("{schema}", HistoryTable.literal(table.schema())).replace("{ours}", ours);
        for (int fields = 2; fields <= MOST_FIELDS; fields++) {
            query = query.replace("{" + fields + "}", format(fields));
        }
        return query;
    }

    /** What {@code format()} wants to join so many values, {@code null} as nothing. */
    private static String format(int fields) {
        return "E'" + String.join("\\x1f", Collections.nCopies(fields, "%s")) + "'";
    }

    /** Indexes that a concurrent build has left behind, and that no build is working on: one column. */
    static String invalidIndexes(HistoryTable table) {
        return "select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid"
                + " join pg_namespace n on n.oid = c.relnamespace where not i.indisvalid and c.relkind = 'i' and n.nspname = "
                + HistoryTable.literal(table.schema())
                + " and not exists (select from pg_stat_progress_create_index p where p.index_relid = c.oid) order by 1";
    }
}
