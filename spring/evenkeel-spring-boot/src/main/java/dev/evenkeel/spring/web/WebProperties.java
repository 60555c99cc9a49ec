package dev.evenkeel.spring.web;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What web requests bring to their calls.
 *
 * @param readToken reads of own writes across requests and instances
 */
@ConfigurationProperties("evenkeel.web")
public record WebProperties(@DefaultValue ReadToken readToken) {

    /**
     * A signed position in the database's history, which a client carries from one request to the next.
     *
     * @param enabled Whether clients get a token, so that their reads see their own writes on any instance.
     * @param secret Key that signs it, of at least 16 bytes and the same for all instances.
     * @param name Name of the cookie and of the header that carry it.
     * @param maxAge Time after which a client forgets it; replicas have caught up by then.
     * @param maxWait Longest time that a response waits for the position of what the request wrote.
     */
    public record ReadToken(
            @DefaultValue("false") boolean enabled,
            @Nullable String secret,
            @DefaultValue("evenkeel-read") String name,
            @DefaultValue("5m") Duration maxAge,
            @DefaultValue("500ms") Duration maxWait) {

        /** What may be the name of a header and of a cookie alike (RFC 9110, "token"). */
        private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

        public ReadToken {
            if (!TOKEN.matcher(name).matches()) {
                throw InvalidConfigurationException.of(
                        "web.readToken.name",
                        "'" + name + "'",
                        "letters, digits and !#$%&'*+.^_`|~-",
                        "leave out spaces and separators: it names a header and a cookie");
            }
            ConnectionOptions.requirePositive("web.readToken.maxAge", maxAge);
            ConnectionOptions.requirePositive("web.readToken.maxWait", maxWait);
        }

        @Override
        public String toString() {
            return "ReadToken[enabled=%s, name=%s]".formatted(enabled, name);
        }
    }
}
