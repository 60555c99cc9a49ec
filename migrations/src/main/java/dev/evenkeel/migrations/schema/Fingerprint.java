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

    /** What is not the same in a later one. */
    public List<SchemaDifference> differencesTo(Fingerprint later) {
        Map<String, String> before = byLabel();
        Map<String, String> after = later.byLabel();
        List<SchemaDifference> differences = new ArrayList<>();
        before.forEach((label, definition) -> {
            if (!definition.equals(after.get(label))) {
                differences.add(new SchemaDifference(label, definition, after.get(label)));
            }
        });
        after.forEach((label, definition) -> {
            if (!before.containsKey(label)) {
                differences.add(new SchemaDifference(label, null, definition));
            }
        });
        return List.copyOf(differences);
    }

    private Map<String, String> byLabel() {
        Map<String, String> labels = new LinkedHashMap<>();
        items.forEach(item -> labels.merge(item.label(), item.definition(), (one, two) -> one + "; " + two));
        return labels;
    }

    /** Lines of three fields with tabs between them, for the snapshot table. */
    String asText() {
        StringBuilder text = new StringBuilder();
        items.forEach(item -> text.append(escape(item.kind()))
                .append('\t')
                .append(escape(item.name()))
                .append('\t')
                .append(escape(item.definition()))
                .append('\n'));
        return text.toString();
    }

    static Fingerprint parse(String text) {
        return new Fingerprint(text.lines()
                .map(line -> line.split("\t", -1))
                .map(fields -> new SchemaItem(unescape(fields[0]), unescape(fields[1]), unescape(fields[2])))
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
