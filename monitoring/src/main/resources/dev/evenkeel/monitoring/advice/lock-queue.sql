, waiting as materialized (
    select a.pid, pg_blocking_pids(a.pid) as blockers, now() - coalesce(l.waitstart, a.query_start) as waited
    from pg_stat_activity a
    left join (select pid, min(waitstart) as waitstart from pg_locks where not granted group by pid) l on l.pid = a.pid
    where a.wait_event_type = 'Lock' and a.datname = current_database()
), roots as (
    select distinct b.pid
    from waiting w cross join unnest(w.blockers) b(pid)
    where not exists (select from waiting x where x.pid = b.pid)
), chain as (
    select r.pid as root, q.members, q.depth, q.longest
    from roots r
    cross join lateral (
        with recursive queue(pid, depth, path) as (
            select w.pid, 1, array[r.pid, w.pid] from waiting w where r.pid = any(w.blockers)
            union all
            select w.pid, q.depth + 1, q.path || w.pid
            from waiting w join queue q on q.pid = any(w.blockers)
            where w.pid <> all(q.path) and q.depth < 20
        )
        select array_agg(distinct pid) as members, max(depth) as depth,
               (select max(waited) from waiting w where w.pid in (select pid from queue)) as longest
        from queue) q
)
select format('process %s', c.root) as object, 'CRITICAL' as severity,
       format('%s sessions wait for locks of process %s, the longest for %s', cardinality(c.members), c.root,
              date_trunc('second', c.longest)) as summary,
       array['blocked', array_to_string(c.members, ', '), 'length of the queue', c.depth::text,
             'state of the first', coalesce(a.state, 'unknown'), 'application', coalesce(a.application_name, 'unknown'),
             'role', coalesce(a.usename::text, 'unknown')] as evidence,
       'They all go on when it ends. Ending it undoes what it did.' as impact,
       case when a.pid is null then array[]::text[]
            else array[format('select pg_terminate_backend(pid) from pg_stat_activity where pid = %s and backend_start = %L',
                              c.root, a.backend_start)] end as remedy
from chain c
left join pg_stat_activity a on a.pid = c.root
where c.longest > make_interval(secs => {lockWait})
