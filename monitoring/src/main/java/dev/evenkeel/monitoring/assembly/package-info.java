/** Puts the parts together behind the public interfaces. */
@NullMarked
package dev.evenkeel.monitoring.assembly;

import org.jspecify.annotations.NullMarked;
