select format('%s (%s)', t.name, con.conname) as object, 'WARNING' as severity,
       format('The foreign key %I of %s has no index', con.conname, t.name) as summary,
       array['columns', cols.list, 'rows', t.reltuples::bigint::text, 'refers to', con.confrelid::regclass::text] as evidence,
       'Each delete in the other table, and each change of its key, reads all of this one. The index costs each write here a little.'
           as impact,
       array[format('create index concurrently on %s (%s)', t.name, cols.list)] as remedy
from pg_constraint con
join tables t on t.oid = con.conrelid
cross join lateral (
    select string_agg(format('%I', a.attname), ', ' order by k.at) as list
    from unnest(con.conkey) with ordinality k(attnum, at)
    join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.attnum) cols
where con.contype = 'f' and con.conparentid = 0 and t.reltuples >= {foreignKeyRows}
  and not exists (
      select from pg_index i
      where i.indrelid = con.conrelid and i.indisvalid and i.indpred is null
        and (i.indkey::int2[])[0:cardinality(con.conkey) - 1] @> con.conkey)
