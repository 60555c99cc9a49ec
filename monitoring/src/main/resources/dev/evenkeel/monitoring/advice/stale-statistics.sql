select t.name as object, 'WARNING' as severity,
       format('The planner''s statistics of %s are %s', t.name,
              case when greatest(s.last_analyze, s.last_autoanalyze) is null then 'missing' else 'out of date' end) as summary,
       array['changed since', s.n_mod_since_analyze::text, 'rows', s.n_live_tup::text,
             'last analyze', coalesce(greatest(s.last_analyze, s.last_autoanalyze)::text, 'never')] as evidence,
       'The planner guesses wrongly, and may choose a plan that is a thousand times slower.' as impact,
       array[format('analyze %s', t.name)] as remedy
from pg_stat_user_tables s
join tables t on t.oid = s.relid
where t.relkind = 'r' and s.n_live_tup >= {statisticsRows}
  and (greatest(s.last_analyze, s.last_autoanalyze) is null
       or s.n_mod_since_analyze > 2 * (current_setting('autovacuum_analyze_threshold')::float
                                       + current_setting('autovacuum_analyze_scale_factor')::float * s.n_live_tup))
  and coalesce(greatest(s.last_analyze, s.last_autoanalyze), pg_postmaster_start_time())
      < now() - make_interval(secs => {vacuumPatience})
