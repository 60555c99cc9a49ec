select t.name as object, 'WARNING' as severity,
       format('Autovacuum is switched off for %s', t.name) as summary,
       array['options', array_to_string(t.reloptions, ', ')] as evidence,
       'Dead rows and old transaction numbers pile up until somebody vacuums by hand.' as impact,
       array[format('alter table %s reset (autovacuum_enabled)', t.name)] as remedy
from tables t
where exists (select from pg_options_to_table(t.reloptions)
              where option_name = 'autovacuum_enabled' and not option_value::boolean)
