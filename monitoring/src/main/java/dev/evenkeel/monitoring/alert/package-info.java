/** Tells somebody when something is wrong, and when it is over. */
@NullMarked
package dev.evenkeel.monitoring.alert;

import org.jspecify.annotations.NullMarked;
