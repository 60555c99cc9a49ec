/** The connection and the thread that scripts run on, the lock between instances, and who watches a long statement. */
@NullMarked
package dev.evenkeel.migrations.session;

import org.jspecify.annotations.NullMarked;
