select format('%s (%s)', t.name, con.conname) as object, 'INFO' as severity,
       format('The constraint %I of %s was never validated', con.conname, t.name) as summary,
       array['definition', pg_get_constraintdef(con.oid)] as evidence,
       'Old rows may violate it, and the planner does not trust it. Validation reads the table and lets others write.' as impact,
       array[format('alter table %s validate constraint %I', t.name, con.conname)] as remedy
from pg_constraint con
join tables t on t.oid = con.conrelid
where not con.convalidated and con.contype in ('c', 'f', 'n')
