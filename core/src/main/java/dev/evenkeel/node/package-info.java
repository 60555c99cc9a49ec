/** One PostgreSQL server: its connection pool and the connections that know their own state. */
@NullMarked
package dev.evenkeel.node;

import org.jspecify.annotations.NullMarked;
