package dev.evenkeel.spring.page.web;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * Whether a request comes from the page. A form of another site cannot set the header or the type; a script of another site would have to
 * ask first, and nobody answers; and browsers say themselves where a request comes from.
 */
final class SameOrigin {

    static final String HEADER = "Evenkeel-Page";

    private SameOrigin() {}

    /** Why not, in a sentence, or {@code null}. */
    static @Nullable String refusal(HttpHeaders headers) {
        MediaType type = headers.getContentType();
        if (headers.getFirst(HEADER) == null
                || type == null
                || !type.equalsTypeAndSubtype(MediaType.APPLICATION_JSON)) {
            return "Refused: the request needs the header " + HEADER + " and a body of type application/json.";
        }
        String site = headers.getFirst("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin")) {
            return "Refused: the request comes from another origin.";
        }
        String origin = headers.getFirst(HttpHeaders.ORIGIN);
        if (origin != null && !isHost(origin, headers.getFirst(HttpHeaders.HOST))) {
            return "Refused: the request comes from another origin than the one it is sent to."
                    + " Behind a proxy the header Host has to be passed on.";
        }
        return null;
    }

    private static boolean isHost(String origin, @Nullable String host) {
        try {
            URI from = URI.create(origin);
            return host != null
                    && from.getRawAuthority() != null
                    && withoutStandardPort(from.getRawAuthority(), from).equals(withoutStandardPort(host, from));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String withoutStandardPort(String authority, URI from) {
        String standard = "https".equals(from.getScheme()) ? ":443" : ":80";
        String plain = authority.toLowerCase(Locale.ROOT);
        return plain.endsWith(standard) ? plain.substring(0, plain.length() - standard.length()) : plain;
    }
}
