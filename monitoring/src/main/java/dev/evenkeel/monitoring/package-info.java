/** Sees why the database is slow, and says what to do about it. */
@NullMarked
package dev.evenkeel.monitoring;

import org.jspecify.annotations.NullMarked;
