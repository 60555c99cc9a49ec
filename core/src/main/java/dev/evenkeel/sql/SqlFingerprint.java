package dev.evenkeel.sql;

import dev.evenkeel.sql.Token.Kind;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A short name of a statement that is the same for all texts which differ only in literals, parameters, white space, comments and
 * the case of keywords and unquoted names. 16 hexadecimal digits; two statements of an application share one with a
 * probability of one in 2^64 for each pair.
 */
public final class SqlFingerprint {

    /** FNV-1a with 64 bits: it needs no table, and its spread over short texts is well examined. */
    private static final long BASIS = 0xcbf29ce484222325L;

    private static final long PRIME = 0x100000001b3L;

    private SqlFingerprint() {}

    public static String of(String sql) {
        long hash = BASIS;
        int depth = 0;
        for (Lexeme lexeme : Lexemes.of(sql)) {
            if (lexeme.is(';')) {
                depth++;
                continue;
            }
            // A semicolon counts only if something follows it.
            for (; depth > 0; depth--) {
                hash = mix(hash, ";");
            }
            hash = mix(hash, canonical(lexeme));
        }
        return HexFormat.of().toHexDigits(hash);
    }

    private static String canonical(Lexeme lexeme) {
        if (lexeme.isValue()) {
            return "?";
        }
        return lexeme.kind() == Kind.WORD ? lexeme.text().toLowerCase(Locale.ROOT) : lexeme.text();
    }

    private static long mix(long hash, String word) {
        long mixed = hash;
        for (int i = 0; i < word.length(); i++) {
            mixed = (mixed ^ word.charAt(i)) * PRIME;
        }
        return (mixed ^ ' ') * PRIME;
    }
}
