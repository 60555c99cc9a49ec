/** Spring's transactions and DatabaseClient on the manager's connections. */
@NullMarked
package dev.evenkeel.spring.transaction;

import org.jspecify.annotations.NullMarked;
