package dev.evenkeel.sql;

/**
 * Takes the literals out of a text, so that it can be shown: each becomes {@code ?}. Comments go, white space becomes one blank,
 * and lists of literals behind {@code IN}, {@code VALUES} and {@code ARRAY} become one element, so that the number of values does
 * not show either. Parameters and names stay as they are.
 *
 * <p>What is not terminated is masked to its end; the data that follows {@code COPY .. FROM STDIN} is masked, and so is what a
 * {@code SET} assigns, which may be a bare word.
 */
public final class SqlMask {

    private static final String MASKED = "?";

    private SqlMask() {}

    public static String mask(String sql) {
        StringBuilder masked = new StringBuilder(sql.length());
        int end = 0;
        for (Lexeme lexeme : Lexemes.of(sql)) {
            boolean apart = lexeme.start() > end;
            if (apart && !masked.isEmpty()) {
                masked.append(' ');
            }
            masked.append(lexeme.isLiteral() ? MASKED : lexeme.text());
            end = lexeme.end();
        }
        return masked.toString();
    }
}
