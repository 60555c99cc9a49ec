/** Whole calls, next to what else one could use: {@link dev.evenkeel.benchmarks.Comparison} runs them all. */
@NullMarked
package dev.evenkeel.benchmarks;

import org.jspecify.annotations.NullMarked;
