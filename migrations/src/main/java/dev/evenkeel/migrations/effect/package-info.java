/** What migrations do to tables: seen by running them where it does not matter. */
@NullMarked
package dev.evenkeel.migrations.effect;

import org.jspecify.annotations.NullMarked;
