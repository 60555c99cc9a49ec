select t.name as object,
       case when age(t.relfrozenxid) >= {wraparoundCritical} then 'CRITICAL' else 'WARNING' end as severity,
       format('The oldest transaction number in %s is %s transactions old', t.name, age(t.relfrozenxid)) as summary,
       array['age', age(t.relfrozenxid)::text, 'server stops writing at', '2147483647',
             'autovacuum_freeze_max_age', current_setting('autovacuum_freeze_max_age')] as evidence,
       'At 2^31 the server refuses to write. Something holds vacuum up: old transactions, prepared ones, slots, or locks.' as impact,
       array[format('vacuum (freeze) %s', t.name)] as remedy
from tables t
where t.relkind in ('r', 'm') and age(t.relfrozenxid) >= {wraparoundWarning}
