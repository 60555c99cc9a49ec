/** Time limits. */
@NullMarked
package dev.evenkeel.time;

import org.jspecify.annotations.NullMarked;
