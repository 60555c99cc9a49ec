package dev.evenkeel.migrations.schema;

/**
 * One thing that a schema is made of.
 *
 * @param kind such as {@code column} or {@code index}
 * @param name with that of its table in front, where it has one
 * @param definition all that matters about it, as text
 */
public record SchemaItem(String kind, String name, String definition) {

    String label() {
        return kind + " " + name;
    }
}
