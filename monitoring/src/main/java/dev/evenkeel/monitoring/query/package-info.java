/** What the application's own statements take, seen from the client. */
@NullMarked
package dev.evenkeel.monitoring.query;

import org.jspecify.annotations.NullMarked;
