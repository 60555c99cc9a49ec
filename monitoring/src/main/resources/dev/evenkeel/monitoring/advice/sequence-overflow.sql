, sequences as (
    select s.schemaname, s.sequencename, s.last_value, d.refobjid as table_oid, a.attname,
           least(s.max_value, case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647
                                              else s.max_value end) as most
    from pg_sequences s
    join pg_class c on c.oid = format('%I.%I', s.schemaname, s.sequencename)::regclass
    left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
                         and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
    left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where s.last_value is not null and s.increment_by > 0 and not s.cycle
)
select format('%I.%I', q.schemaname, q.sequencename) as object,
       case when q.last_value >= 0.97 * q.most then 'CRITICAL' else 'WARNING' end as severity,
       format('%I.%I has used %s %% of its numbers', q.schemaname, q.sequencename, floor(100.0 * q.last_value / q.most)) as summary,
       array['last value', q.last_value::text, 'largest', q.most::text, 'column', coalesce(t.name || '.' || q.attname, 'none')]
           as evidence,
       'After the last number each insert fails. Changing the type of a column rewrites its table under a lock.' as impact,
       array_remove(array[
           case when q.attname is not null
                then format('alter table %s alter column %I type bigint', t.name, q.attname) end,
           format('alter sequence %I.%I as bigint maxvalue 9223372036854775807', q.schemaname, q.sequencename)], null) as remedy
from sequences q
left join tables t on t.oid = q.table_oid
where q.last_value >= {sequenceShare} * q.most
