/** The ways to the database that are compared, each used as its own documentation says. */
@NullMarked
package dev.evenkeel.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
