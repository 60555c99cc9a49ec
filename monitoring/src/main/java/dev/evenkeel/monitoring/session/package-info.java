/** How a server is asked over a session with it. */
@NullMarked
package dev.evenkeel.monitoring.session;

import org.jspecify.annotations.NullMarked;
