-- On a replica: which indexes somebody uses there.
select format('%I.%I', schemaname, indexrelname) from pg_stat_user_indexes where idx_scan > 0
