/** New migrations: their version, their files, and what they must not do. */
@NullMarked
package dev.evenkeel.migrations.create;

import org.jspecify.annotations.NullMarked;
