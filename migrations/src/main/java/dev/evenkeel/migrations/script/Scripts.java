package dev.evenkeel.migrations.script;

import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.script.Script.Kind;
import dev.evenkeel.sql.SqlStatement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All files of a schema at one moment. Immutable.
 *
 * @param files of the migrations' locations, except undo scripts
 * @param undoFiles of the undo scripts' locations, and undo scripts beside migrations
 */
public record Scripts(List<ScriptFile> files, List<ScriptFile> undoFiles) {

    private static final String CONF = ".conf";

    public Scripts {
        files = List.copyOf(files);
        undoFiles = List.copyOf(undoFiles);
    }

    /** Reads them now. Blocks. */
    public static Scripts read(MigrationConfig config) {
        List<ScriptFile> beside = filesOf(config.locations());
        List<ScriptFile> undo = new ArrayList<>(filesOf(config.undoLocations()));
        beside.stream().filter(Scripts::isUndo).forEach(undo::add);
        return new Scripts(beside.stream().filter(file -> !isUndo(file)).toList(), undo);
    }

    /**
     * Reads the contract scripts now. Blocks.
     *
     * @throws InvalidConfigurationException when there is one without a version, which would run at each call
     */
    public static Scripts readContracts(MigrationConfig config) {
        Scripts found = new Scripts(filesOf(config.contractLocations()), List.of());
        found.files().stream()
                .filter(file -> !file.name().endsWith(CONF))
                .filter(file -> Script.of(file)
                        .filter(script -> script.kind() == Kind.VERSIONED)
                        .isEmpty())
                .findFirst()
                .ifPresent(file -> {
                    throw InvalidConfigurationException.of(
                            "migrations.contractLocations",
                            "'" + file.path() + "'",
                            "V<version>__<name>.sql",
                            "give it the version of the migration that it completes");
                });
        return found;
    }

    private static List<ScriptFile> filesOf(List<String> locations) {
        return locations.stream()
                .flatMap(location -> Location.files(location).stream())
                .toList();
    }

    private static boolean isUndo(ScriptFile file) {
        return Script.of(file).filter(script -> script.kind() == Kind.UNDO).isPresent()
                || (file.name().endsWith(CONF) && file.name().startsWith("U"));
    }

    /** In the order in which they are applied. */
    public List<Script> versioned() {
        return named(files, Kind.VERSIONED)
                .sorted(Comparator.comparing(Scripts::versionOf))
                .toList();
    }

    /** The newest of them. */
    public Optional<Version> newest() {
        return versioned().stream().map(Scripts::versionOf).reduce((earlier, later) -> later);
    }

    /** In the order in which they are applied. */
    public List<Script> repeatable() {
        return named(files, Kind.REPEATABLE)
                .sorted(Comparator.comparing(Script::description))
                .toList();
    }

    /** The script that undoes this version. */
    public Optional<Script> undo(Version version) {
        return named(undoFiles, Kind.UNDO)
                .filter(script -> versionOf(script).equals(version))
                .findFirst();
    }

    /** Whether there are files that Flyway runs at each call, whatever is pending. */
    public boolean hasCallbacks() {
        return files.stream()
                .anyMatch(
                        file -> file.name().endsWith(".sql") && Script.of(file).isEmpty());
    }

    /** Whether a {@code .conf} file says that this script does not run in a transaction. */
    public boolean isMarkedNonTransactional(Script script) {
        String conf = script.file().path() + CONF;
        return Stream.concat(files.stream(), undoFiles.stream())
                .filter(file -> file.path().equals(conf))
                .anyMatch(file -> file.content()
                        .lines()
                        .anyMatch(line -> line.replace(" ", "").equals("executeInTransaction=false")));
    }

    /** Whether nothing in it, nor beside it, takes it out of a transaction. */
    public boolean runsInTransaction(Script script) {
        return !isMarkedNonTransactional(script)
                && SqlStatement.split(script.file().content()).stream().allMatch(Transactions::allow);
    }

    /** The others. */
    public Scripts without(Set<String> paths) {
        return new Scripts(
                files.stream().filter(file -> !paths.contains(file.path())).toList(), undoFiles);
    }

    /** By path. */
    public Map<String, ScriptFile> byPath() {
        return files.stream()
                .collect(Collectors.toMap(ScriptFile::path, Function.identity(), (first, second) -> first));
    }

    private static Stream<Script> named(List<ScriptFile> files, Kind kind) {
        return files.stream().flatMap(file -> Script.of(file).stream()).filter(script -> script.kind() == kind);
    }

    private static Version versionOf(Script script) {
        @Nullable Version version = script.version();
        if (version == null) {
            throw new IllegalStateException(script.file().path() + " has no version");
        }
        return version;
    }
}
