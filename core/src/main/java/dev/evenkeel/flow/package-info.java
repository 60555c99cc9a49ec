/** What our own operators are made of. */
@NullMarked
package dev.evenkeel.flow;

import org.jspecify.annotations.NullMarked;
