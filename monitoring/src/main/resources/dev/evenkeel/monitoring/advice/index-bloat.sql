-- An entry of a B-tree is its columns, 8 bytes of header and 4 of line pointer; pages are filled to 90 %.
, indexes as (
    select i.indexrelid, format('%I.%I', n.nspname, c.relname) as name, t.name as table_name,
           pg_relation_size(i.indexrelid) as bytes,
           c.reltuples * (12 + sum(coalesce(s.avg_width, 1024))) / 0.9 as expected
    from pg_index i
    join tables t on t.oid = i.indrelid
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_am am on am.oid = c.relam and am.amname = 'btree'
    cross join unnest(i.indkey::int2[]) k(attnum)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    left join pg_stats s on s.schemaname = t.nspname and s.tablename = t.relname and s.attname = a.attname
    where i.indisvalid and i.indexprs is null and i.indpred is null and c.reltuples > 0
    group by i.indexrelid, n.nspname, c.relname, t.name, c.reltuples
)
select name as object, 'INFO' as severity,
       format('%s is about %s times as large as its entries', name, round((bytes / expected)::numeric, 1)) as summary,
       array['table', table_name, 'size', pg_size_pretty(bytes), 'expected', pg_size_pretty(expected::bigint)] as evidence,
       'It takes memory and reads. An estimate from statistics. Building it anew takes time and space, and no lock for long.' as impact,
       array[format('reindex index concurrently %s', name)] as remedy
from indexes
where bytes - expected >= {bloatBytes} and bytes > 3 * expected
