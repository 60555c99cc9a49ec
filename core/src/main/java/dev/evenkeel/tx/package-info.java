/** Transactions: begin, the user's function, commit. */
@NullMarked
package dev.evenkeel.tx;

import org.jspecify.annotations.NullMarked;
