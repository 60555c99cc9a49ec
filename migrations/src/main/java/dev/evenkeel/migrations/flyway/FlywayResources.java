package dev.evenkeel.migrations.flyway;

import dev.evenkeel.migrations.script.ScriptFile;
import dev.evenkeel.migrations.script.Scripts;
import java.io.Reader;
import java.io.StringReader;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Stream;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/** The files that were read, as Flyway wants to see them. */
final class FlywayResources implements ResourceProvider {

    private final Map<String, ScriptFile> files;

    FlywayResources(Scripts scripts) {
        this.files = scripts.byPath();
    }

    @Override
    public @Nullable LoadableResource getResource(String name) {
        ScriptFile file = files.get(name);
        return file == null ? null : new Loaded(file);
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        return files.values().stream()
                .filter(file -> file.name().startsWith(prefix))
                .filter(file -> Stream.of(suffixes).anyMatch(file.name()::endsWith))
                .<LoadableResource>map(Loaded::new)
                .toList();
    }

    private static final class Loaded extends LoadableResource {

        private final ScriptFile file;

        Loaded(ScriptFile file) {
            this.file = file;
        }

        @Override
        public Reader read() {
            return new StringReader(file.content());
        }

        @Override
        public String getAbsolutePath() {
            return file.path();
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return file.path();
        }

        @Override
        public String getFilename() {
            return file.name();
        }

        @Override
        public String getRelativePath() {
            return file.path();
        }
    }
}
