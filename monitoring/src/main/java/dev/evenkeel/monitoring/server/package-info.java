/** What the servers say about their statements and sessions. */
@NullMarked
package dev.evenkeel.monitoring.server;

import org.jspecify.annotations.NullMarked;
