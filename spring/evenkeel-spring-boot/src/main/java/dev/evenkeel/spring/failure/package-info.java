/** Why the application does not start, and what to do about it. */
@NullMarked
package dev.evenkeel.spring.failure;

import org.jspecify.annotations.NullMarked;
