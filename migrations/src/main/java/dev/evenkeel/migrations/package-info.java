/** What a user types to migrate a schema, to take migrations back, and to see how the schema is. */
@NullMarked
package dev.evenkeel.migrations;

import org.jspecify.annotations.NullMarked;
