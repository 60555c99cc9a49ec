/** A real PostgreSQL cluster, network faults and leak checks for tests. */
@NullMarked
package dev.evenkeel.testkit;

import org.jspecify.annotations.NullMarked;
