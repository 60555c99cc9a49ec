/** Health for the actuator, without asking the database. */
@NullMarked
package dev.evenkeel.spring.health;

import org.jspecify.annotations.NullMarked;
