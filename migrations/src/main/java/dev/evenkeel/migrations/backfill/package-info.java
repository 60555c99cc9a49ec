/** Changes the rows of a table in batches, through the manager's own connections. */
@NullMarked
package dev.evenkeel.migrations.backfill;

import org.jspecify.annotations.NullMarked;
