select t.name as object,
       case when mxid_age(t.relminmxid) >= {wraparoundCritical} then 'CRITICAL' else 'WARNING' end as severity,
       format('The oldest multixact in %s is %s old', t.name, mxid_age(t.relminmxid)) as summary,
       array['age', mxid_age(t.relminmxid)::text, 'server stops locking at', '2147483647'] as evidence,
       'At 2^31 the server refuses row locks by several transactions.' as impact,
       array[format('vacuum (freeze) %s', t.name)] as remedy
from tables t
where t.relkind in ('r', 'm') and mxid_age(t.relminmxid) >= {wraparoundWarning}
