select format('process %s', a.pid) as object, 'WARNING' as severity,
       format('A transaction of %s has been open for %s', coalesce(nullif(a.application_name, ''), 'a client without a name'),
              date_trunc('second', now() - a.xact_start)) as summary,
       array['state', a.state, 'role', a.usename::text, 'rows that vacuum keeps for it', age(a.backend_xmin)::text || ' transactions']
           as evidence,
       'Vacuum removes nothing that it may still see, in no table.' as impact,
       array[format('select pg_terminate_backend(pid) from pg_stat_activity where pid = %s and backend_start = %L', a.pid,
                    a.backend_start)] as remedy
from pg_stat_activity a
where a.backend_xmin is not null and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
  and now() - a.xact_start > make_interval(secs => {oldTransaction})
