/** Flyway. Nothing outside this package knows it. */
@NullMarked
package dev.evenkeel.migrations.flyway;

import org.jspecify.annotations.NullMarked;
