package dev.evenkeel.spring.page.insight;

/** Statements may be as long as books; a page that is sent again and again has no room for them. */
final class Texts {

    private static final int LONGEST = 500;

    private Texts() {}

    static String shortened(String sql) {
        String plain = sql.strip();
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "\u2026";
    }
}
