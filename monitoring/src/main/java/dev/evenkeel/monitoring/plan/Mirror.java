package dev.evenkeel.monitoring.plan;

/** A join's condition names one table left and the other right of its operator: this turns {@code (a.x = b.y)} round. */
final class Mirror {

    private static final String EQUALS = " = ";

    private Mirror() {}

    static String of(String condition) {
        StringBuilder turned = new StringBuilder();
        for (String part : condition.split(" AND ", -1)) {
            String bare = part.strip().replaceFirst("^\\(+", "").replaceFirst("\\)+$", "");
            int equals = bare.indexOf(EQUALS);
            if (equals > 0 && bare.indexOf(EQUALS, equals + 1) < 0) {
                turned.append(turned.isEmpty() ? "" : " AND ")
                        .append('(')
                        .append(bare.substring(equals + EQUALS.length()))
                        .append(EQUALS)
                        .append(bare, 0, equals)
                        .append(')');
            }
        }
        return turned.isEmpty() ? "true" : "(" + turned + ")";
    }
}
