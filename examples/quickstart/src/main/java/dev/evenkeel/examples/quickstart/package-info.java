/** Evenkeel in plain Java. */
@NullMarked
package dev.evenkeel.examples.quickstart;

import org.jspecify.annotations.NullMarked;
