/** How the server executes a statement, and what that tells. */
@NullMarked
package dev.evenkeel.monitoring.plan;

import org.jspecify.annotations.NullMarked;
