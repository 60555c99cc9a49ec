/** Who is alive and what it needs, so that nothing is removed under it. */
@NullMarked
package dev.evenkeel.migrations.contract;

import org.jspecify.annotations.NullMarked;
