/** The files: where they are, what their names mean, and what is in them. */
@NullMarked
package dev.evenkeel.migrations.script;

import org.jspecify.annotations.NullMarked;
