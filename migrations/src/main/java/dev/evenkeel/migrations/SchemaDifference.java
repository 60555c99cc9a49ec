package dev.evenkeel.migrations;

import org.jspecify.annotations.Nullable;

/**
 * One thing in a schema that is not as it was. It prints without the definitions, which may be long.
 *
 * @param object what it is and its name: {@code column item.price}
 * @param before its definition as it was; {@code null} when it was not there
 * @param after its definition now; {@code null} when it is gone
 */
public record SchemaDifference(
        String object, @Nullable String before, @Nullable String after) {

    @Override
    public String toString() {
        String what = before == null ? "added" : after == null ? "removed" : "changed";
        return object + " was " + what;
    }
}
