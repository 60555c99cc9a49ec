/** Typed failures: what went wrong, whether a retry is safe, and what to do about it. */
@NullMarked
package dev.evenkeel.error;

import org.jspecify.annotations.NullMarked;
