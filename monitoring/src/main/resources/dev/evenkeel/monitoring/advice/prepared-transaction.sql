select format('prepared transaction %s', gid) as object, 'WARNING' as severity,
       format('A prepared transaction is open since %s', date_trunc('second', prepared)) as summary,
       array['role', owner::text, 'age', date_trunc('second', now() - prepared)::text] as evidence,
       'It keeps its locks, also over restarts, and vacuum removes nothing that it may see.' as impact,
       array[format('rollback prepared %L', gid)] as remedy
from pg_prepared_xacts
where database = current_database() and now() - prepared > make_interval(secs => {preparedTransaction})
