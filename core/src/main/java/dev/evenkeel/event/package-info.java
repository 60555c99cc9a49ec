/** What happened, told in the past tense to whoever listens. */
@NullMarked
package dev.evenkeel.event;

import org.jspecify.annotations.NullMarked;
