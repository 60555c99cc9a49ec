package dev.evenkeel.migrations.cli;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.migrations.MigrationConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which database, and which files. */
final class Settings {

    private static final int FEW = 3;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "r2dbc:postgresql://user@host:port/database; without it DATABASE_HOST, DATABASE_PORT, DATABASE_NAME,"
                            + " DATABASE_USER and DATABASE_PASSWORD of the environment say where")
    private @Nullable String url;

    @Option(
            names = "--locations",
            split = ",",
            paramLabel = "FOLDER",
            description = "filesystem: or classpath: folders; default src/main/resources/db/migration if it is there")
    private List<String> locations = List.of();

    @Option(names = "--undo-locations", split = ",", paramLabel = "FOLDER", description = "default .../db/rollback")
    private List<String> undoLocations = List.of();

    @Option(names = "--check-locations", split = ",", paramLabel = "FOLDER", description = "default .../db/check")
    private List<String> checkLocations = List.of();

    @Option(names = "--contract-locations", split = ",", paramLabel = "FOLDER", description = "default .../db/contract")
    private List<String> contractLocations = List.of();

    @Option(names = "--schema", paramLabel = "NAME", description = "default: the first of the search path")
    private @Nullable String schema;

    @Option(names = "--table", paramLabel = "NAME", description = "default: " + MigrationConfig.DEFAULT_TABLE)
    private String table = MigrationConfig.DEFAULT_TABLE;

    @Option(
            names = "--sources",
            paramLabel = "FOLDER",
            description = "below which new files are written; default src/main/resources")
    private Path sources = Path.of("src", "main", "resources");

    @Option(names = "--json", description = "results and events as JSON, a line each")
    private boolean json;

    boolean json() {
        return json;
    }

    DatabaseConfig database(Map<String, String> environment) {
        DatabaseConfig.Builder config = url == null
                ? DatabaseConfig.fromEnvironment(environment).toBuilder()
                : DatabaseConfig.builder().primary(url);
        return config.applicationName("evenkeel")
                .pool(PoolConfig.builder().minSize(0).maxSize(FEW).build())
                .build();
    }

    MigrationConfig migrations() {
        MigrationConfig.Builder config = MigrationConfig.builder().table(table).sources(sources);
        if (schema != null) {
            config.schema(schema);
        }
        return config.locations(folders(locations, "migration"))
                .undoLocations(folders(undoLocations, "rollback"))
                .checkLocations(folders(checkLocations, "check"))
                .contractLocations(folders(contractLocations, "contract"))
                .build();
    }

    /** Those that are named; or those of the sources, if we are where they are. */
    private String[] folders(List<String> named, String kind) {
        if (!named.isEmpty()) {
            return named.toArray(String[]::new);
        }
        Path folder = sources.resolve("db");
        return new String[] {
            Files.isDirectory(folder.resolve("migration"))
                    ? MigrationConfig.FILESYSTEM + folder.resolve(kind)
                    : MigrationConfig.CLASSPATH + "db/" + kind
        };
    }
}
