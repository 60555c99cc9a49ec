select format('setting %s', s.name) as object, 'CRITICAL' as severity,
       format('%s is %s', s.name, s.setting) as summary,
       array['source', s.source] as evidence,
       case s.name when 'fsync' then 'A crash of the machine destroys the database.'
                   when 'full_page_writes' then 'A crash of the machine may leave half-written pages.'
                   else 'Tables are not vacuumed: they grow, and in the end the server stops.' end as impact,
       array[format('alter system set %s = on', s.name), 'select pg_reload_conf()'] as remedy
from pg_settings s
where s.name in ('fsync', 'full_page_writes', 'autovacuum', 'track_counts') and s.setting = 'off'
