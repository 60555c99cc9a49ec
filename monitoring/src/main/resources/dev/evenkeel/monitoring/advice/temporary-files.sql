select 'database' as object, 'INFO' as severity,
       format('Statements wrote %s to temporary files, in %s files', pg_size_pretty(temp_bytes), temp_files) as summary,
       array['work_mem', current_setting('work_mem'), 'since', coalesce(stats_reset::text, 'the beginning')] as evidence,
       'Sorts and hashes that do not fit into work_mem go to disk. More of it is taken by each sort of each session.' as impact,
       array[]::text[] as remedy
from pg_stat_database
where datname = current_database()
  and temp_bytes >= {temporaryBytes} * greatest(1, extract(epoch from now() - coalesce(stats_reset, pg_postmaster_start_time())) / 86400)
