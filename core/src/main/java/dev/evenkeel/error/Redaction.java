package dev.evenkeel.error;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes literals and passwords out of texts that are about to become part of a message. The server quotes the offending
 * value only in a few classes of errors; everywhere else its quotes hold identifiers, which are worth keeping.
 */
public final class Redaction {

    /** From the first quote to the last: the value between them may have quotes of its own. */
    private static final Pattern QUOTED = Pattern.compile("(?s)\".*\"|'.*'");

    private static final Pattern USER_INFO = Pattern.compile("(?<=//)[^/@\\s]*:[^@\\s]*@");
    private static final Pattern SECRET_PARAMETER =
            Pattern.compile("(?i)([?&](?:password|sslpassword|sslkey)=)[^&\\s]*");

    private Redaction() {}

    /** A server message without the values that it may quote. */
    public static String serverMessage(@Nullable String sqlState, @Nullable String message) {
        if (message == null) {
            return "no message";
        }
        boolean quotesValues = sqlState == null || sqlState.startsWith("22") || sqlState.equals("42601");
        return quotesValues ? QUOTED.matcher(message).replaceAll("?") : message;
    }

    /** A connection URL without its user, password and key material. */
    public static String url(String url) {
        String withoutUser = USER_INFO.matcher(url).replaceAll("****@");
        return SECRET_PARAMETER.matcher(withoutUser).replaceAll("$1****");
    }
}
