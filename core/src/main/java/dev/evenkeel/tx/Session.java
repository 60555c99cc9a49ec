package dev.evenkeel.tx;

/**
 * The server's side of a transaction.
 *
 * @param pid of the backend
 * @param xid of the transaction, so that a backend that reuses the pid is not taken for it
 */
record Session(int pid, String xid) {

    /**
     * Ends the session, unless its COMMIT only waits for a synchronous replica: that one has committed, and will be seen as
     * soon as the replica is there.
     */
    String terminate() {
        return "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %d".formatted(pid)
                + " AND backend_xid::text = '%s' AND wait_event IS DISTINCT FROM 'SyncRep'".formatted(xid);
    }
}
