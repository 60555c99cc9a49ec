package dev.evenkeel.migrations;

import java.time.Instant;
import java.util.UUID;

/**
 * An instance of the application that the database knows of, see {@link MigrationManager#join}. Immutable.
 *
 * @param id made up by the instance when it joined; the same after each reconnection
 * @param version the newest of its own migrations: it does not use what a contract script of this version or an older one removes
 * @param application what it calls itself
 * @param since when its session began, by the clock of the server
 */
public record Membership(UUID id, String version, String application, Instant since) {

    @Override
    public String toString() {
        return "%s at version %s (instance %s, since %s)".formatted(application, version, id, since);
    }
}
