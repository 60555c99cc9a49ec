select format('process %s', pid) as object, 'WARNING' as severity,
       format('A statement of %s runs for %s', coalesce(nullif(application_name, ''), 'a client without a name'),
              date_trunc('second', now() - query_start)) as summary,
       array['role', usename::text, 'began', query_start::text, 'waits for', coalesce(wait_event_type || ':' || wait_event, 'nothing')]
           as evidence,
       'It takes a processor, or waits for somebody who does.' as impact,
       array[format('select pg_cancel_backend(pid) from pg_stat_activity where pid = %s and backend_start = %L and query_start = %L',
                    pid, backend_start, query_start)] as remedy
from pg_stat_activity
where state = 'active' and backend_type = 'client backend' and datname = current_database() and pid <> pg_backend_pid()
  and now() - query_start > make_interval(secs => {longRunning})
  and query !~* '^\s*(vacuum|analyze|create|alter|reindex|cluster|copy|refresh)'
