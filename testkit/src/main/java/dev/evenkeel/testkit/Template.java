package dev.evenkeel.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data directory fresh from {@code initdb}, made once per machine and version; every node begins as a copy. */
final class Template {

    private static final Logger LOG = LoggerFactory.getLogger(Template.class);
    private static final Duration INITDB_DEADLINE = Duration.ofMinutes(2);

    private Template() {}

    static Path of(PostgresBinaries binaries) {
        return Workspace.madeOnce("template-" + binaries.key(), draft -> {
            LOG.info("Initialising a PostgreSQL {} template, once per machine", binaries.majorVersion());
            List<String> initdb = List.of(
                    binaries.program("initdb").toString(),
                    "--pgdata=" + draft,
                    "--username=" + AdminSql.USER,
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--no-locale",
                    "--no-sync");
            PostgresCommand.run(initdb, draft.resolveSibling(draft.getFileName() + ".log"), INITDB_DEADLINE);
        });
    }
}
