-- A row is its columns, 24 bytes of header and 4 of line pointer, padded by 4 on average.
, sizes as (
    select t.oid, t.name, t.bytes, t.reltuples,
           t.reltuples * (32 + sum(s.avg_width * (1 - s.null_frac)))
               * 100 / coalesce((select option_value::int from pg_options_to_table(t.reloptions)
                                 where option_name = 'fillfactor'), 100) as expected
    from tables t
    join pg_stats s on s.schemaname = t.nspname and s.tablename = t.relname and not s.inherited
    where t.relkind in ('r', 'm') and t.reltuples >= 0
    group by t.oid, t.name, t.bytes, t.reltuples, t.reloptions
    having count(*) = (select count(*) from pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped)
)
select name as object, 'WARNING' as severity,
       format('%s takes %s for about %s of rows', name, pg_size_pretty(bytes), pg_size_pretty(expected::bigint)) as summary,
       array['size', pg_size_pretty(bytes), 'expected', pg_size_pretty(expected::bigint), 'rows', reltuples::bigint::text]
           as evidence,
       'Reads go through empty pages. An estimate from statistics. VACUUM FULL locks the table as long as it takes;'
           || ' pg_repack does the same while the table is in use.' as impact,
       array[format('vacuum (full, analyze) %s', name)] as remedy
from sizes
where bytes - expected >= {bloatBytes} and bytes > 2 * expected
