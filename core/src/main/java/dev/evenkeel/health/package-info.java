/** Snapshots of the whole, on demand and as a stream. */
@NullMarked
package dev.evenkeel.health;

import org.jspecify.annotations.NullMarked;
