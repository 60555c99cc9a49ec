select format('slot %s', slot_name) as object,
       case when wal_status in ('unreserved', 'lost') then 'CRITICAL' else 'WARNING' end as severity,
       format('Nobody reads the replication slot %s, which keeps %s of log', slot_name, pg_size_pretty(kept.bytes)) as summary,
       array['type', slot_type, 'kept', pg_size_pretty(kept.bytes), 'state', coalesce(wal_status, 'unknown')] as evidence,
       'The log grows until the disk is full. Whoever should read it has to be copied anew once the slot is gone.' as impact,
       array[format('select pg_drop_replication_slot(%L)', slot_name)] as remedy
from pg_replication_slots
cross join lateral (select pg_wal_lsn_diff(
    case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, restart_lsn)::bigint as bytes) kept
where not active and kept.bytes >= {slotBytes}
