package dev.evenkeel.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data directory fresh from {@code initdb}, made once per machine and version; every node begins as a copy. */
final class Template {

    private static final Logger LOG = LoggerFactory.getLogger(Template.class);
    private static final Duration INITDB_DEADLINE = Duration.ofMinutes(2);

    private Template() {}

    static Path of(PostgresBinaries binaries) {
        return Workspace.madeOnce("template-small-wal-" + binaries.key(), draft -> {
            LOG.info("Initialising a PostgreSQL {} template, once per machine", binaries.majorVersion());
            List<String> initdb = List.of(
                    binaries.program("initdb").toString(),
                    "--pgdata=" + draft,
                    "--username=" + AdminSql.USER,
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--no-locale",
                    // Every node begins by copying and filling WAL files: small ones save time and memory.
                    "--wal-segsize=1",
                    "--no-sync");
            PostgresCommand.run(initdb, draft.resolveSibling(draft.getFileName() + ".log"), INITDB_DEADLINE);
            deleteUnusedWal(draft.resolve("pg_wal"));
        });
    }

    /** The oldest segment holds the last checkpoint, which may reach into the next; those after are recycled, empty. */
    private static void deleteUnusedWal(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> unused =
                    files.filter(Files::isRegularFile).sorted().skip(2).toList();
            for (Path segment : unused) {
                Files.delete(segment);
            }
        }
    }
}
