select t.name as object, 'WARNING' as severity,
       format('%s has %s dead rows, twice what autovacuum should leave', t.name, s.n_dead_tup) as summary,
       array['dead rows', s.n_dead_tup::text, 'live rows', s.n_live_tup::text,
             'last vacuum', coalesce(greatest(s.last_vacuum, s.last_autovacuum)::text, 'never')] as evidence,
       'Reads go through them. If they come back, look for old transactions, or let autovacuum work faster.' as impact,
       array[format('vacuum (analyze) %s', t.name)] as remedy
from pg_stat_user_tables s
join tables t on t.oid = s.relid
where s.n_dead_tup >= {deadRows}
  and s.n_dead_tup > 2 * (current_setting('autovacuum_vacuum_threshold')::float
                          + current_setting('autovacuum_vacuum_scale_factor')::float * greatest(t.reltuples, 0))
  and coalesce(greatest(s.last_vacuum, s.last_autovacuum), '-infinity') < now() - make_interval(secs => {vacuumPatience})
