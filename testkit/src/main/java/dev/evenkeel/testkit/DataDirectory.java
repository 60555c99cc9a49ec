package dev.evenkeel.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The data directory of one node: filled by copying, configured by appending, where the last line wins. */
record DataDirectory(Path path) {

    // What a copy of a running server must not carry over: the documentation of pg_basebackup lists the same.
    private static final Set<String> LEFT_EMPTY = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");
    private static final Set<String> LEFT_OUT = Set.of(
            "postmaster.pid",
            "postmaster.opts",
            "backup_label",
            "tablespace_map",
            "standby.signal",
            "recovery.signal",
            "pg_internal.init",
            "postgresql.auto.conf.tmp");

    void fillFromTemplate(Path template) throws IOException {
        FileTree.copy(template, path, relative -> true);
    }

    /** Copies the data of a running server that is in backup mode; {@link #backupLabel} completes it. */
    void fillFromRunning(DataDirectory source) throws IOException {
        FileTree.delete(path);
        FileTree.copy(source.path, path, DataDirectory::belongsToClone);
        Files.createDirectories(path.resolve("pg_wal").resolve("archive_status"), FileTree.OWNER_ONLY);
        Files.createDirectories(path.resolve("pg_wal").resolve("summaries"), FileTree.OWNER_ONLY);
    }

    private static boolean belongsToClone(Path relative) {
        String name = relative.getFileName().toString();
        boolean insideEmptied = relative.getNameCount() > 1
                && LEFT_EMPTY.contains(relative.getName(0).toString());
        return !insideEmptied && !LEFT_OUT.contains(name) && !name.startsWith("pgsql_tmp");
    }

    void backupLabel(String label) throws IOException {
        Files.writeString(path.resolve("backup_label"), label);
    }

    void settings(Map<String, String> settings) throws IOException {
        append("postgresql.conf", settings);
    }

    void hostBasedAuthentication(List<String> lines) throws IOException {
        Files.write(path.resolve("pg_hba.conf"), lines);
    }

    /** Written where ALTER SYSTEM writes, so that the node can be pointed elsewhere while it runs. */
    void followOnStart(String primaryConnectionInfo) throws IOException {
        append("postgresql.auto.conf", Map.of("primary_conninfo", primaryConnectionInfo));
        Files.writeString(path.resolve("standby.signal"), "");
    }

    private void append(String file, Map<String, String> settings) throws IOException {
        StringBuilder lines = new StringBuilder("\n");
        settings.forEach((name, value) -> lines.append(name)
                .append(" = '")
                .append(value.replace("'", "''"))
                .append("'\n"));
        Files.writeString(path.resolve(file), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** The lines of {@code postmaster.pid}, none if no server has been started here or the last one ended well. */
    List<String> pidFile() throws IOException {
        try {
            return Files.readAllLines(path.resolve("postmaster.pid"));
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    void deletePidFile() throws IOException {
        Files.deleteIfExists(path.resolve("postmaster.pid"));
    }
}
