/** What is measured, for Micrometer and whatever is behind it. */
@NullMarked
package dev.evenkeel.monitoring.meter;

import org.jspecify.annotations.NullMarked;
