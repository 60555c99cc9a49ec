/** The few messages of the extended query protocol that we write ourselves, and what a session has prepared. */
@NullMarked
package dev.evenkeel.wire;

import org.jspecify.annotations.NullMarked;
