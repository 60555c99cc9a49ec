, indexes as (
    select i.*, format('%I.%I', n.nspname, c.relname) as name, t.name as table_name,
           coalesce(pg_get_expr(i.indpred, i.indrelid), '') as predicate
    from pg_index i
    join tables t on t.oid = i.indrelid
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_am am on am.oid = c.relam
    where i.indisvalid and i.indexprs is null and am.amname = 'btree' and not c.relispartition
)
select distinct on (short.indexrelid)
       short.name as object,
       case when pg_relation_size(short.indexrelid) >= {coveredIndexBytes} then 'WARNING' else 'INFO' end as severity,
       format('%s is covered by %s, which begins with the same columns', short.name, long.name) as summary,
       array['table', short.table_name, 'size', pg_size_pretty(pg_relation_size(short.indexrelid)),
             'definition', pg_get_indexdef(short.indexrelid), 'covered by', pg_get_indexdef(long.indexrelid)] as evidence,
       'Each write keeps both up to date. Queries that use it will use the longer one, which is a little larger to read.' as impact,
       array[format('drop index concurrently %s', short.name)] as remedy
from indexes short
join indexes long
  on long.indrelid = short.indrelid and long.indexrelid <> short.indexrelid and long.predicate = short.predicate
 and long.indnkeyatts > short.indnkeyatts
 and (long.indkey::int2[])[0:short.indnkeyatts - 1] = (short.indkey::int2[])[0:short.indnkeyatts - 1]
 and (long.indclass::oid[])[0:short.indnkeyatts - 1] = (short.indclass::oid[])[0:short.indnkeyatts - 1]
 and (long.indcollation::oid[])[0:short.indnkeyatts - 1] = (short.indcollation::oid[])[0:short.indnkeyatts - 1]
 and (long.indoption::int2[])[0:short.indnkeyatts - 1] = (short.indoption::int2[])[0:short.indnkeyatts - 1]
where not short.indisunique and not short.indisreplident and short.indnatts = short.indnkeyatts
order by short.indexrelid, pg_relation_size(long.indexrelid)
