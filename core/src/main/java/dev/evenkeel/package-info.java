/**
 * What a user types: the manager, its configuration, the options of a call, and what health looks like.
 *
 * <p>The types here are vocabulary. They know {@code config}, {@code error} and {@code event}, nothing else, so that every
 * other package may use them. The one door from here to the machinery is
 * {@link dev.evenkeel.ReactiveDatabaseManager#start}. How a call travels is in {@link dev.evenkeel.stage.Pipeline}.
 */
@NullMarked
package dev.evenkeel;

import org.jspecify.annotations.NullMarked;
