/** Flyway's table, our tables beside it, and what they mean when they are compared with the files. */
@NullMarked
package dev.evenkeel.migrations.history;

import org.jspecify.annotations.NullMarked;
