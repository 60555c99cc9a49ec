select 'database' as object, 'INFO' as severity,
       format('%s %% of the pages were not in shared buffers', round(100.0 * blks_read / (blks_read + blks_hit))) as summary,
       array['read', blks_read::text, 'found', blks_hit::text, 'shared_buffers', current_setting('shared_buffers')] as evidence,
       'The operating system may have had them. A quarter of the memory is a usual size for shared_buffers; it needs a restart.' as impact,
       array[]::text[] as remedy
from pg_stat_database
where datname = current_database() and blks_read >= {cacheReads} and blks_read > 0.1 * (blks_read + blks_hit)
