select 'server' as object, 'WARNING' as severity,
       format('%s of %s checkpoints came before their time', num_requested, num_timed + num_requested) as summary,
       array['max_wal_size', current_setting('max_wal_size')] as evidence,
       'Each one writes all changed pages, and the pages after it in full into the log. More log takes disk and recovery time.' as impact,
       array[format('alter system set max_wal_size = ''%sMB''', 2 * (select setting::bigint from pg_settings where name = 'max_wal_size')),
             'select pg_reload_conf()'] as remedy
from pg_stat_checkpointer
where num_timed + num_requested >= {checkpoints} and num_requested > num_timed
