package dev.evenkeel.config;

import dev.evenkeel.error.InvalidConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * Who logs in.
 *
 * @param user role name; must not be blank
 * @param password {@code null} where the server asks for none (trust, certificate)
 */
public record Credentials(String user, @Nullable Secret password) {

    public Credentials {
        if (user.isBlank()) {
            throw InvalidConfigurationException.of(
                    "credentials.user", "blank", "the name of a role", "put the user into the URL: user:secret@host");
        }
    }

    public static Credentials of(String user, String password) {
        return new Credentials(user, Secret.of(password));
    }
}
