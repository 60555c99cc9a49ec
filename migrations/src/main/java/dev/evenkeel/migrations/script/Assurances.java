package dev.evenkeel.migrations.script;

import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a script says that it means: comments {@code -- evenkeel: assured <rule> <reason>}, which must give a reason. */
public final class Assurances {

    private static final Pattern ASSURED = Pattern.compile("--\\s*evenkeel:\\s*assured\\s+(\\w+)\\s+\\S");

    private Assurances() {}

    /** Of a file that may be missing. */
    public static Set<String> of(@Nullable ScriptFile file) {
        return file == null ? Set.of() : in(file.content());
    }

    /** The names of the rules. */
    public static Set<String> in(String script) {
        return ASSURED.matcher(script)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toUnmodifiableSet());
    }
}
