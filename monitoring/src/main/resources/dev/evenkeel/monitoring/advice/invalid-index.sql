select format('%I.%I', n.nspname, c.relname) as object, 'WARNING' as severity,
       format('%I.%I is invalid: an attempt to build it has failed', n.nspname, c.relname) as summary,
       array['table', t.name, 'size', pg_size_pretty(pg_relation_size(i.indexrelid)),
             'definition', pg_get_indexdef(i.indexrelid)] as evidence,
       'Writes keep it up to date, queries never use it, and a unique one does not keep duplicates out. Build it again afterwards.'
           as impact,
       array[format('drop index concurrently %I.%I', n.nspname, c.relname)] as remedy
from pg_index i
join tables t on t.oid = i.indrelid
join pg_class c on c.oid = i.indexrelid
join pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid and c.relkind = 'i'
  and not exists (select from pg_stat_progress_create_index p where p.relid = i.indrelid)
