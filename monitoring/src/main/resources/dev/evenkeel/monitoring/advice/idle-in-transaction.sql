select format('process %s', pid) as object, 'WARNING' as severity,
       format('%s has done nothing in its transaction for %s', coalesce(nullif(application_name, ''), 'a client without a name'),
              date_trunc('second', now() - state_change)) as summary,
       array['role', usename::text, 'transaction began', xact_start::text, 'waits for', coalesce(wait_event, 'its client')] as evidence,
       'It keeps its locks and holds vacuum up. A transaction that is never ended is a bug of its client; idle_in_transaction_session_timeout'
           || ' limits the harm.' as impact,
       array[format('select pg_terminate_backend(pid) from pg_stat_activity where pid = %s and backend_start = %L', pid, backend_start)]
           as remedy
from pg_stat_activity
where state in ('idle in transaction', 'idle in transaction (aborted)') and datname = current_database()
  and now() - state_change > make_interval(secs => {idleInTransaction})
