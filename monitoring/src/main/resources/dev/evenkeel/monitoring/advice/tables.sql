-- The application's own tables: nothing of the system, of extensions, of other sessions, or of this library.
with tables as materialized (
    select c.oid, n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) as name, c.relkind, c.reltuples, c.reloptions,
           c.relfrozenxid, c.relminmxid, pg_relation_size(c.oid) as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
      and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_toast%'
      and c.relname not like 'evenkeel\_%' and c.relname not like 'flyway\_schema\_history%'
      and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
)
