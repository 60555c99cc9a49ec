package dev.evenkeel.spring.failure;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** How a setting that an exception names is called in this application. */
final class PropertyNames {

    private static final Map<String, String> SPECIAL = Map.ofEntries(
            Map.entry("primary", "spring.r2dbc.url"),
            Map.entry("tls", "evenkeel.tls.mode"),
            Map.entry("credentials.user", "spring.r2dbc.username"),
            Map.entry("readToken.key", "evenkeel.web.read-token.secret"),
            Map.entry("pool.minSize", "evenkeel.pool.min-size (or spring.r2dbc.pool.min-idle)"),
            Map.entry("pool.maxSize", "evenkeel.pool.max-size (or spring.r2dbc.pool.max-size)"),
            Map.entry("pool.idleTimeout", "evenkeel.pool.idle-timeout (or spring.r2dbc.pool.max-idle-time)"),
            Map.entry("pool.maxLifetime", "evenkeel.pool.max-lifetime (or spring.r2dbc.pool.max-life-time)"),
            Map.entry(
                    "pool.connectTimeout",
                    "evenkeel.pool.connect-timeout (or spring.r2dbc.pool.max-create-connection-time)"),
            Map.entry("pool.acquireTimeout", "evenkeel.pool.acquire-timeout (or spring.r2dbc.pool.max-acquire-time)"));

    private static final Pattern REPLICA = Pattern.compile("replica(?=\\[\\d+])");
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])([A-Z])");

    /** A setting in the middle of a sentence. */
    private static final Pattern MENTIONED =
            Pattern.compile("\\b(?:pool|retry|monitoring|tls)\\.[a-z][A-Za-z]*|'primary'");

    private static final Pattern PROFILE = Pattern.compile("Profile\\.([A-Z]+)");

    private PropertyNames() {}

    /** A sentence with the settings in it called by their properties. */
    static String in(String sentence) {
        String named = MENTIONED.matcher(sentence).replaceAll(match -> mentioned(match.group()));
        return PROFILE.matcher(named)
                .replaceAll(match -> "evenkeel.profile=" + match.group(1).toLowerCase(Locale.ROOT));
    }

    private static String mentioned(String setting) {
        String name = of(setting.replace("'", ""));
        int other = name.indexOf(" (or ");
        return other < 0 ? name : name.substring(0, other);
    }

    /** In quotes, each of them if there are two. */
    static String quoted(String setting) {
        String name = of(setting);
        int other = name.indexOf(" (or ");
        return other < 0
                ? "'%s'".formatted(name)
                : "'%s' (or '%s')".formatted(name.substring(0, other), name.substring(other + 5, name.length() - 1));
    }

    /** For a setting such as {@code pool.maxSize}, {@code replica[0]} or {@code primary (sslMode)}. */
    static String of(String setting) {
        String special = SPECIAL.get(setting);
        if (special != null) {
            return special;
        }
        if (setting.startsWith("primary ")) {
            return SPECIAL.get("primary") + setting.substring("primary".length());
        }
        if (REPLICA.matcher(setting).lookingAt()) {
            return "evenkeel." + REPLICA.matcher(setting).replaceFirst("replicas");
        }
        return "evenkeel." + HUMP.matcher(setting).replaceAll("-$1").toLowerCase(Locale.ROOT);
    }
}
