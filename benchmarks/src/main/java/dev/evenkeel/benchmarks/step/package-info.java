/** What single steps of a call cost, as far as they can be reached from outside. */
@NullMarked
package dev.evenkeel.benchmarks.step;

import org.jspecify.annotations.NullMarked;
