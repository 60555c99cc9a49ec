package dev.evenkeel.migrations.schema;

import java.util.List;

/**
 * One thing that a schema is made of.
 *
 * @param kind such as {@code column} or {@code index}
 * @param name with that of its table in front, where it has one; quoted where it must be
 * @param definition all that matters about it: fields with {@link #FIELD} between them
 * @param identity stays the same when it is renamed or changed, and is another one when it was made anew; not part of how a
 *     schema looks, and empty where it does not matter
 */
public record SchemaItem(String kind, String name, String definition, String identity) {

    /** Between two fields of a definition: the ASCII control character that is meant for it. */
    static final char FIELD = '\u001f';

    /** What the fields mean stands in {@link Catalog}. */
    public List<String> fields() {
        return List.of(definition.split(String.valueOf(FIELD), -1));
    }

    String label() {
        return kind + " " + name;
    }

    /** For people. */
    static String readable(String definition) {
        return definition.replace(FIELD, ' ').replaceAll(" +", " ").strip();
    }
}
