select t.name as object, 'INFO' as severity,
       format('%s has no primary key', t.name) as summary,
       array['rows', greatest(t.reltuples, 0)::bigint::text] as evidence,
       'Its rows cannot be told apart, and logical replication refuses to update them. If there is a column that identifies them, use'
           || ' that one; a new one rewrites the table.' as impact,
       array[format('alter table %s add column row_id bigint generated always as identity primary key', t.name)] as remedy
from tables t
where t.relkind in ('r', 'p')
  and not exists (select from pg_index i where i.indrelid = t.oid and (i.indisprimary or i.indisreplident))
  and not exists (select from pg_inherits p where p.inhrelid = t.oid)
