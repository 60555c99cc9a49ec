/** How applied migrations are taken back. */
@NullMarked
package dev.evenkeel.migrations.undo;

import org.jspecify.annotations.NullMarked;
