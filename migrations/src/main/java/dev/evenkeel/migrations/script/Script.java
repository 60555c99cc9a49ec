package dev.evenkeel.migrations.script;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file whose name says what it is for: {@code V1.2__name.sql}, {@code R__name.sql} or {@code U1.2__name.sql}.
 *
 * @param version {@code null} for a repeatable one
 * @param description the name, with blanks instead of underscores
 */
public record Script(Kind kind, @Nullable Version version, String description, ScriptFile file) {

    private static final Pattern NAME = Pattern.compile("([VRU])(.*?)(?:__(.*))?\\.sql");

    /** What it is for. */
    public enum Kind {
        VERSIONED,
        REPEATABLE,
        UNDO
    }

    /** Empty when the name is none of a migration's, such as that of a callback. */
    static Optional<Script> of(ScriptFile file) {
        Matcher name = NAME.matcher(file.name());
        if (!name.matches()) {
            return Optional.empty();
        }
        String description = name.group(3) == null ? "" : name.group(3).replace('_', ' ');
        if (name.group(1).equals("R")) {
            return name.group(2).isEmpty()
                    ? Optional.of(new Script(Kind.REPEATABLE, null, description, file))
                    : Optional.empty();
        }
        Kind kind = name.group(1).equals("V") ? Kind.VERSIONED : Kind.UNDO;
        return Version.isOne(name.group(2))
                ? Optional.of(new Script(kind, Version.of(name.group(2)), description, file))
                : Optional.empty();
    }
}
