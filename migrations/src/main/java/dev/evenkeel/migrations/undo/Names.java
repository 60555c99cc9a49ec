package dev.evenkeel.migrations.undo;

/** Names as the catalog gives them, {@code item.price}, in statements of their schema. */
record Names(String schema) {

    /** With the schema in front. */
    String full(String name) {
        return schema + "." + name;
    }

    /** The table, with the schema in front. */
    String table(String name) {
        return full(name.substring(0, point(name)));
    }

    /** What is behind the table, or all of it. */
    String part(String name) {
        int point = point(name);
        return point == name.length() ? name : name.substring(point + 1);
    }

    /** The first point that is not in quotes; the end when there is none. */
    private static int point(String name) {
        boolean quoted = false;
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) == '"') {
                quoted = !quoted;
            } else if (name.charAt(i) == '.' && !quoted) {
                return i;
            }
        }
        return name.length();
    }
}
