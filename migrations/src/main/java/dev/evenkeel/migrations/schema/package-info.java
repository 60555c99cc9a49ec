/** What the live schema is made of, and how it differs from what the last migration left. */
@NullMarked
package dev.evenkeel.migrations.schema;

import org.jspecify.annotations.NullMarked;
