package dev.evenkeel.spring;

import dev.evenkeel.DatabaseConfig;

/**
 * Changes the settings after the properties were read: beans of this type are applied in their order, once, before the manager
 * starts. For what has no property, such as a {@link dev.evenkeel.config.CredentialSource}.
 */
@FunctionalInterface
public interface EvenkeelCustomizer {

    void customize(DatabaseConfig.Builder config);
}
