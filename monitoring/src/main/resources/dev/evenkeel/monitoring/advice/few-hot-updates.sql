select t.name as object, 'INFO' as severity,
       format('%s %% of the updates of %s had to touch its indexes', 100 - 100 * s.n_tup_hot_upd / s.n_tup_upd, t.name) as summary,
       array['updates', s.n_tup_upd::text, 'of them within the page', s.n_tup_hot_upd::text] as evidence,
       'Room in each page lets updates stay there, unless they change an indexed column. It shows as pages are rewritten.' as impact,
       array[format('alter table %s set (fillfactor = 85)', t.name)] as remedy
from pg_stat_user_tables s
join tables t on t.oid = s.relid
where s.n_tup_upd >= {hotUpdates} and s.n_tup_hot_upd < 0.5 * s.n_tup_upd
  and exists (select from pg_index i where i.indrelid = t.oid)
  and not exists (select from pg_options_to_table(t.reloptions) where option_name = 'fillfactor')
