, indexes as (
    select i.*, format('%I.%I', n.nspname, c.relname) as name, t.name as table_name, c.relam,
           coalesce(pg_get_expr(i.indexprs, i.indrelid), '') as expressions,
           coalesce(pg_get_expr(i.indpred, i.indrelid), '') as predicate,
           exists (select from pg_constraint con where con.conindid = i.indexrelid) as constrained
    from pg_index i
    join tables t on t.oid = i.indrelid
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
    where i.indisvalid and not c.relispartition
)
select distinct on (twin.indexrelid)
       twin.name as object, 'WARNING' as severity,
       format('%s is a duplicate of %s', twin.name, kept.name) as summary,
       array['table', twin.table_name, 'size', pg_size_pretty(pg_relation_size(twin.indexrelid)),
             'definition', pg_get_indexdef(twin.indexrelid)] as evidence,
       'Each write keeps both up to date. Dropping it needs a short lock that waits for running statements.' as impact,
       array[format('drop index concurrently %s', twin.name)] as remedy
from indexes kept
join indexes twin
  on twin.indrelid = kept.indrelid and twin.indexrelid <> kept.indexrelid and twin.relam = kept.relam
 and twin.indkey::text = kept.indkey::text and twin.indclass::text = kept.indclass::text
 and twin.indcollation::text = kept.indcollation::text and twin.indoption::text = kept.indoption::text
 and twin.indnkeyatts = kept.indnkeyatts
 and twin.expressions = kept.expressions and twin.predicate = kept.predicate
where not twin.constrained and not twin.indisreplident and (kept.indisunique or not twin.indisunique)
  and (kept.constrained::int, kept.indisunique::int, -kept.indexrelid::bigint)
      > (twin.constrained::int, twin.indisunique::int, -twin.indexrelid::bigint)
order by twin.indexrelid, kept.indexrelid
