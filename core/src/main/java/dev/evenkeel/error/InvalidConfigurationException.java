package dev.evenkeel.error;

import java.util.Map;

/** A setting has a value that Evenkeel cannot work with. Thrown where the setting is made, so that nothing starts on it. */
public final class InvalidConfigurationException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public InvalidConfigurationException(Failure failure) {
        super(failure);
    }

    /**
     * Says what is wrong in the one form that all settings share.
     *
     * @param setting name of the setting as the user typed it, for example {@code pool.maxSize}
     * @param value the offending value, already free of secrets
     * @param allowed the allowed range or form
     * @param remedy what to do instead
     */
    public static InvalidConfigurationException of(String setting, Object value, String allowed, String remedy) {
        String message = "Setting '%s' is %s, but must be %s.".formatted(setting, value, allowed);
        return new InvalidConfigurationException(Failure.of("CONFIG_INVALID", ErrorType.CONNECTION, message, remedy)
                .with(Map.of("setting", setting, "value", String.valueOf(value), "allowed", allowed)));
    }
}
