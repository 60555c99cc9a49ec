/** Puts the parts together behind {@link dev.evenkeel.migrations.MigrationManager}. */
@NullMarked
package dev.evenkeel.migrations.run;

import org.jspecify.annotations.NullMarked;
