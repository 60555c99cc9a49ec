package dev.evenkeel.spring.migrations;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** The scripts, in the folders where they are by default. */
final class MigrationHints implements RuntimeHintsRegistrar {

    private static final List<String> FOLDERS = List.of("migration", "rollback", "check", "contract");

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        FOLDERS.forEach(folder -> hints.resources().registerPattern("db/%s/*".formatted(folder)));
    }
}
