package dev.evenkeel.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** What a spec means in the server's own configuration files. */
record ServerSettings(Map<String, String> parameters, List<String> accessRules) {

    static ServerSettings of(ClusterSpec spec, List<String> nodeNames) {
        return new ServerSettings(parameters(spec, nodeNames), accessRules(spec));
    }

    private static Map<String, String> parameters(ClusterSpec spec, List<String> nodeNames) {
        Map<String, String> all = new LinkedHashMap<>();
        // Losing data when the machine crashes is fine here, what a client is promised stays as in production.
        all.put("fsync", "off");
        all.put("full_page_writes", "off");
        all.put("synchronous_commit", "on");
        all.put("max_connections", "200");
        all.put("shared_buffers", "16MB");
        all.put("max_wal_size", "128MB");
        // A file in the data directory goes away with it even if the server was killed.
        all.put("dynamic_shared_memory_type", "mmap");
        all.put("wal_level", "replica");
        all.put("hot_standby", "on");
        all.put("wal_keep_size", "128MB");
        all.put("wal_retrieve_retry_interval", "50ms");
        all.put("wal_receiver_status_interval", "1s");
        all.put("wal_receiver_timeout", "5s");
        all.put("wal_sender_timeout", "5s");
        all.put("shared_preload_libraries", "pg_stat_statements,auto_explain");
        all.put("track_io_timing", "on");
        all.put("timezone", "UTC");
        all.put("log_timezone", "UTC");
        all.put("log_line_prefix", "%m [%p] %q%a ");
        if (spec.synchronous() > 0) {
            // All nodes by name, so that whoever is promoted waits for the others.
            StringJoiner names = new StringJoiner(", ", "ANY " + spec.synchronous() + " (", ")");
            nodeNames.forEach(names::add);
            all.put("synchronous_standby_names", names.toString());
        }
        if (spec.tls()) {
            all.put("ssl", "on");
            all.put("ssl_ca_file", "ca.crt");
        }
        all.putAll(spec.settings());
        return all;
    }

    private static List<String> accessRules(ClusterSpec spec) {
        List<String> lines = new ArrayList<>();
        lines.add("host all " + AdminSql.USER + " " + PostgresNode.LOOPBACK + "/32 trust");
        lines.add("host replication " + AdminSql.USER + " " + PostgresNode.LOOPBACK + "/32 trust");
        lines.addAll(spec.accessRules());
        if (spec.tls()) {
            lines.add("hostssl all " + TlsMaterial.CLIENT_USER + " " + PostgresNode.LOOPBACK + "/32 cert");
            lines.add("host all " + TlsMaterial.CLIENT_USER + " " + PostgresNode.LOOPBACK + "/32 reject");
        }
        String method = spec.password() == null ? "trust" : "scram-sha-256";
        lines.add("host all all " + PostgresNode.LOOPBACK + "/32 " + method);
        return lines;
    }
}
