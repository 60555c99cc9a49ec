/** Builds the parts, starts them, and shuts them down again. */
@NullMarked
package dev.evenkeel.assembly;

import org.jspecify.annotations.NullMarked;
