select format('%I.%I', s.schemaname, s.indexrelname) as object, 'WARNING' as severity,
       format('%I.%I has not been used since the statistics began', s.schemaname, s.indexrelname) as summary,
       array['table', t.name, 'size', pg_size_pretty(pg_relation_size(s.indexrelid)), 'scans', s.idx_scan::text,
             'statistics since', counting.since::date::text, 'definition', pg_get_indexdef(s.indexrelid)] as evidence,
       'Each write keeps it up to date for nobody. Make sure that no monthly report needs it.' as impact,
       array[format('drop index concurrently %I.%I', s.schemaname, s.indexrelname)] as remedy
from pg_stat_user_indexes s
join tables t on t.oid = s.relid
join pg_index i on i.indexrelid = s.indexrelid
cross join (select greatest(coalesce(stats_reset, '-infinity'), pg_postmaster_start_time()) as since
            from pg_stat_database where datname = current_database()) counting
where s.idx_scan = 0 and i.indisvalid and not i.indisunique and not i.indisreplident
  and pg_relation_size(s.indexrelid) >= {unusedIndexBytes}
  and now() - counting.since > make_interval(secs => {unusedIndexAge})
  and not exists (select from pg_constraint con where con.conindid = s.indexrelid)
  and not exists (select from pg_constraint con
                  where con.contype = 'f' and con.conrelid = s.relid
                    and (i.indkey::int2[])[0:cardinality(con.conkey) - 1] @> con.conkey)
