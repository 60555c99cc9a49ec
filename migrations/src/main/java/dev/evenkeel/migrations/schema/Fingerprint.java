package dev.evenkeel.migrations.schema;

import dev.evenkeel.migrations.SchemaDifference;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All items of a schema. Two schemas with equal fingerprints behave alike; the order in which columns were added counts, names
 * of files and the history do not. Immutable.
 *
 * @param items sorted by kind and name
 */
public record Fingerprint(List<SchemaItem> items) {

    public Fingerprint {
        items = items.stream()
                .sorted(Comparator.comparing(SchemaItem::kind)
                        .thenComparing(SchemaItem::name)
                        .thenComparing(SchemaItem::definition))
                .toList();
    }

    /** Equal for equal fingerprints, on servers of the same major version. */
    public String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (SchemaItem item : items) {
                digest.update((item.kind() + '\0' + item.name() + '\0' + item.definition() + '\0')
                        .getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** What is not the same in a later one, for people. */
    public List<SchemaDifference> differencesTo(Fingerprint later) {
        return changesTo(later).stream()
                .map(change -> new SchemaDifference(
                        change.item().label(), definition(change.before()), definition(change.after())))
                .toList();
    }

    private static @Nullable String definition(@Nullable SchemaItem item) {
        return item == null ? null : SchemaItem.readable(item.definition());
    }

    /** What is not the same in a later one. A thing that was made anew, and looks the same, is the same. */
    public List<Change> changesTo(Fingerprint later) {
        Map<String, SchemaItem> before = byLabel();
        Map<String, SchemaItem> after = later.byLabel();
        List<Change> changes = new ArrayList<>();
        before.forEach((label, item) -> {
            SchemaItem now = after.get(label);
            if (now == null || !now.definition().equals(item.definition())) {
                changes.add(new Change(item, now));
            }
        });
        after.forEach((label, item) -> {
            if (!before.containsKey(label)) {
                changes.add(new Change(null, item));
            }
        });
        return List.copyOf(changes);
    }

    /** By kind and name. */
    public Map<String, SchemaItem> byLabel() {
        Map<String, SchemaItem> labels = new LinkedHashMap<>();
        items.forEach(item -> labels.put(item.label(), item));
        return labels;
    }

    /** Lines of four fields with tabs between them, for the snapshot table. */
    String asText() {
        StringBuilder text = new StringBuilder();
        items.forEach(item -> text.append(escape(item.kind()))
                .append('\t')
                .append(escape(item.name()))
                .append('\t')
                .append(escape(item.definition()))
                .append('\t')
                .append(escape(item.identity()))
                .append('\n'));
        return text.toString();
    }

    static Fingerprint parse(String text) {
        return new Fingerprint(text.lines()
                .map(line -> line.split("\t", -1))
                .map(fields -> new SchemaItem(
                        unescape(fields[0]), unescape(fields[1]), unescape(fields[2]), unescape(fields[3])))
                .toList());
    }

    private static String escape(String field) {
        return field.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private static String unescape(String field) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\') {
                i++;
                c = switch (field.charAt(i)) {
                    case 't' -> '\t';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    default -> field.charAt(i);
                };
            }
            plain.append(c);
        }
        return plain.toString();
    }
}
