select 'server' as object,
       case when used >= 0.95 * allowed then 'CRITICAL' else 'WARNING' end as severity,
       format('%s of %s connections are in use', used, allowed) as summary,
       array['max_connections', current_setting('max_connections'), 'in use', used::text] as evidence,
       'When there are no more, new instances cannot start. Lower pool.maxSize of all instances together; more connections need a restart'
           || ' and memory.' as impact,
       array[format('alter system set max_connections = %s', 2 * allowed)] as remedy
from (select count(*) as used,
             current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as allowed
      from pg_stat_activity where backend_type = 'client backend') c
where used >= {connectionShare} * allowed
