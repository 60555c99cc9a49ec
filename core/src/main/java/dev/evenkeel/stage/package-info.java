/** The steps of a call, in the order that {@link dev.evenkeel.stage.Pipeline} lists. */
@NullMarked
package dev.evenkeel.stage;

import org.jspecify.annotations.NullMarked;
