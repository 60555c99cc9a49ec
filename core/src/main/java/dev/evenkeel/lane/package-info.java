/** Connections that many read-only statements share, one behind the other on the wire. */
@NullMarked
package dev.evenkeel.lane;

import org.jspecify.annotations.NullMarked;
