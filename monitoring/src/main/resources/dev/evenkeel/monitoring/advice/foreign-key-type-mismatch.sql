select format('%s (%s)', t.name, con.conname) as object, 'WARNING' as severity,
       format('%s.%I is %s and refers to a column of %s', t.name, a.attname, format_type(a.atttypid, a.atttypmod),
              format_type(b.atttypid, b.atttypmod)) as summary,
       array['column', a.attname::text, 'refers to', con.confrelid::regclass::text || '.' || b.attname] as evidence,
       'Sooner or later a key does not fit. Changing the type rewrites the table under a lock.' as impact,
       array[format('alter table %s alter column %I type %s', t.name, a.attname, format_type(b.atttypid, b.atttypmod))] as remedy
from pg_constraint con
join tables t on t.oid = con.conrelid
cross join unnest(con.conkey, con.confkey) k(own, other)
join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.own
join pg_attribute b on b.attrelid = con.confrelid and b.attnum = k.other
where con.contype = 'f' and con.conparentid = 0 and a.atttypid <> b.atttypid
